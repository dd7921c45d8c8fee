using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Syscalls;

/// <summary>The short way of calls with one path, numbers, and perhaps one structure that the peer writes.</summary>
/// <remarks>What <see cref="Forwarding"/> does for "p", "pn", "po", "dp", "dpn", "dpnn" and "dpon", without looking at the form.</remarks>
internal static unsafe class PathCall
{
    /// <summary>Makes a call without a directory at the peer, if the path is the peer's.</summary>
    /// <param name="number">Of the system call.</param>
    /// <param name="path">Address of the path.</param>
    /// <param name="result">What the call returns.</param>
    /// <param name="second">The argument behind the path: 0 for a structure.</param>
    /// <param name="third">The one behind that.</param>
    /// <param name="to">Where the structure goes.</param>
    /// <param name="bytes">Its size; 0 if there is none.</param>
    /// <returns>Whether it is.</returns>
    internal static bool Try(int number, ulong path, out long result, long second = 0, long third = 0, ulong to = 0, ulong bytes = 0)
        => Try(number, false, AtFlags.WorkingDirectory, path, second, third, to, bytes, out result);

    /// <summary>Makes a call with a directory in front of the path.</summary>
    /// <param name="number">Of the system call.</param>
    /// <param name="directory">The directory's descriptor, or that of the working directory.</param>
    /// <param name="path">Address of the path.</param>
    /// <param name="result">What the call returns.</param>
    /// <param name="second">The argument behind the path: 0 for a structure.</param>
    /// <param name="third">The one behind that.</param>
    /// <param name="to">Where the structure goes.</param>
    /// <param name="bytes">Its size; 0 if there is none.</param>
    /// <returns>Whether the path is the peer's.</returns>
    internal static bool TryAt(int number, int directory, ulong path, out long result, long second = 0, long third = 0, ulong to = 0, ulong bytes = 0)
        => Try(number, true, directory, path, second, third, to, bytes, out result);

    private static bool Try(
        int number, bool hasDirectory, int directory, ulong path, long second, long third, ulong to, ulong bytes, out long result)
    {
        result = -Errno.ENOMEM;
        byte* text = PathBuffers.Take();
        if (text == null)
        {
            return true;
        }

        // What is wrong with a path the kernel says as well as the peer.
        FileReference start = default;
        long length = UserMemory.CopyPath(path, text);
        bool isPeers = length >= 0 && Forwarding.HasTree && IsThere(text, (int)length, directory, ref start);
        if (isPeers)
        {
            if (bytes != 0 && PeerFiles.Any)
            {
                PeerPages.BringAll(to, bytes);
            }

            int tries = 0;
            do
            {
                result = Call(number, hasDirectory, start, text, length, second, third, to, bytes);
            }
            while (result < 0 && IsAgain(ref result, number, hasDirectory, directory, path, second, third, to, bytes, ref tries));
            if (PeerFiles.Any)
            {
                MappedCalls.LookWhatIsCut(number, (ulong)second);
            }
        }

        start.Release();
        PathBuffers.Give(text);
        return isPeers && result != Forwarding.Here;
    }

    // After an error: whether the call is to be made again, and what it says else.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsAgain(
        ref long result, int number, bool hasDirectory, int directory, ulong path, long second, long third, ulong to, ulong bytes, ref int tries)
    {
        if (result == -Errno.EREMOTE)
        {
            ulong behind = bytes != 0 ? to : (ulong)second;
            ReadOnlySpan<byte> form = bytes != 0 ? "dpon"u8 : "dpnn"u8;
            result = hasDirectory
                ? Redirection.Follow(number, form, [(ulong)directory, path, behind, (ulong)third], (int)bytes, ref tries)
                : Redirection.Follow(number, form[1..], [path, behind, (ulong)third], (int)bytes, ref tries);
        }

        bool isAgain = result == -Errno.ERESTARTNOINTR;
        result = result == -Errno.EINTR ? -Errno.ERESTARTSYS : result;
        return isAgain;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsThere(byte* text, int length, int directory, ref FileReference start)
    {
        if (length != 0 && *text == '/')
        {
            return !Forwarding.IsInternal(new ReadOnlySpan<byte>(text, length));
        }

        if (directory == AtFlags.WorkingDirectory)
        {
            return !Forwarding.IsWorkingDirectoryHere;
        }

        start = DescriptorTable.GetAny(directory);
        return !start.IsNull && OffloadedFile.Is(start.File);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Call(
        int number, bool hasDirectory, FileReference start, byte* text, long length, long second, long third, ulong to, ulong bytes)
    {
        RequestSlot* slot = OffloadChannel.Begin(number);
        if (slot == null)
        {
            return -Errno.EIO;
        }

        long* argument = slot->Request.Arguments;
        if (hasDirectory)
        {
            *argument++ = start.IsNull ? AtFlags.WorkingDirectory : OffloadedFile.NumberOf(start.File);
        }

        argument[0] = length;
        argument[1] = second;
        argument[2] = third;
        if (length != 0)
        {
            Requests.AddText(slot, text, (uint)length);
        }

        return DescriptorCall.Finish(slot, to, bytes);
    }
}
