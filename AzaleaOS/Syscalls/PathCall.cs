using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Syscalls;

/// <summary>The short way of calls with one path, numbers, and perhaps one structure that the peer writes.</summary>
/// <remarks>
/// What <see cref="Forwarding"/> does for "p", "pn", "po", "dp", "dpn", "dpnn" and "dpon", without looking at the form. The path is copied
/// into the request, once, and looked at there; one that has no room there goes the long way, as everything does while files of the peer are mapped.
/// </remarks>
internal static unsafe class PathCall
{
    // For the path with its zero.
    private const int Room = RequestSlot.InlineBytes / 16 * 16;

    /// <summary>Makes a call without a directory at the peer, if the path is the peer's.</summary>
    /// <param name="number">Of the system call.</param>
    /// <param name="path">Address of the path.</param>
    /// <param name="second">The argument behind the path: 0 for a structure.</param>
    /// <param name="third">The one behind that.</param>
    /// <param name="to">Where the structure goes.</param>
    /// <param name="bytes">Its size; 0 if there is none.</param>
    /// <returns>What the call returns, or <see cref="Forwarding.Here"/>.</returns>
    internal static long Make(int number, ulong path, long second = 0, long third = 0, ulong to = 0, ulong bytes = 0)
        => Make(number, false, AtFlags.WorkingDirectory, path, second, third, to, bytes);

    /// <summary>Makes a call with a directory in front of the path.</summary>
    /// <param name="number">Of the system call.</param>
    /// <param name="directory">The directory's descriptor, or that of the working directory.</param>
    /// <param name="path">Address of the path.</param>
    /// <param name="second">The argument behind the path: 0 for a structure.</param>
    /// <param name="third">The one behind that.</param>
    /// <param name="to">Where the structure goes.</param>
    /// <param name="bytes">Its size; 0 if there is none.</param>
    /// <returns>What the call returns, or <see cref="Forwarding.Here"/>.</returns>
    internal static long MakeAt(int number, int directory, ulong path, long second = 0, long third = 0, ulong to = 0, ulong bytes = 0)
        => Make(number, true, directory, path, second, third, to, bytes);

    [SkipLocalsInit]
    private static long Make(int number, bool hasDirectory, int directory, ulong path, long second, long third, ulong to, ulong bytes)
    {
        if (PeerFiles.Any || !Forwarding.HasTree || path >= AddressSpace.Highest - Room)
        {
            return MakeAnyway(number, hasDirectory, directory, path, second, third, to, bytes);
        }

        RequestSlot* slot = OffloadChannel.Begin(number);
        if (slot == null)
        {
            return MakeAnyway(number, hasDirectory, directory, path, second, third, to, bytes);
        }

        long found = UserAccess.CopyPath(slot->Inline, path, Room);
        long length = found & ~UserAccess.LeadsUp;
        bool isPeers = false;
        long start = AtFlags.WorkingDirectory;
        FileReference reference = default;
        if (length - 1 is < 0 or >= Room - 1)
        {
            // Empty, too long, or not there.
        }
        else if (slot->Inline[0] == '/')
        {
            isPeers = (length == found && !Forwarding.MayBeInternal(slot->Inline)) || !Forwarding.IsInternal(new ReadOnlySpan<byte>(slot->Inline, (int)length));
        }
        else if (directory == AtFlags.WorkingDirectory)
        {
            isPeers = !Forwarding.IsWorkingDirectoryHere;
        }
        else
        {
            reference = DescriptorTable.GetQuickly(directory);
            isPeers = !reference.IsNull && OffloadedFile.Is(reference.File);
            start = isPeers ? OffloadedFile.NumberOf(reference.File) : 0;
        }

        long result = -Errno.ERESTARTNOINTR;
        if (isPeers)
        {
            long* arguments = slot->Request.Arguments;
            if (hasDirectory)
            {
                arguments[0] = start;
                arguments++;
            }

            arguments[0] = length;
            arguments[1] = second;
            arguments[2] = third;
            Requests.AddText(slot, slot->Inline, (uint)length);
            result = DescriptorCall.Finish(slot, to, bytes);
        }
        else
        {
            OffloadChannel.Abandon(slot);
        }

        reference.Release();
        return result >= 0 ? result
            : result == -Errno.ERESTARTNOINTR || result == -Errno.EREMOTE ? MakeAnyway(number, hasDirectory, directory, path, second, third, to, bytes)
            : result == -Errno.EINTR ? -Errno.ERESTARTSYS : result;
    }

    // Whatever is special about the call, or wrong with it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long MakeAnyway(int number, bool hasDirectory, int directory, ulong path, long second, long third, ulong to, ulong bytes)
    {
        ulong* arguments = stackalloc ulong[] { (ulong)directory, path, bytes == 0 ? (ulong)second : to, (ulong)third };
        ReadOnlySpan<byte> form = bytes == 0 ? "dpnn"u8 : "dpon"u8;
        return Forwarding.Call(number, hasDirectory ? form : form[1..], hasDirectory ? arguments : arguments + 1, (int)bytes);
    }
}
