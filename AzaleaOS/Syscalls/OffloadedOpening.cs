using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Syscalls;

/// <summary>Descriptors of the peer's files, and the working directory.</summary>
internal static unsafe class OffloadedOpening
{
    private const OpenFlags NotKept = OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoTerminal | OpenFlags.Truncate | OpenFlags.CloseOnExec;

    private const uint SetNonBlocking = 0x5421;
    private const uint NoCloseOnExec = 0x5450;
    private const uint CloseOnExec = 0x5451;

    /// <summary>open(2).</summary>
    [OffloadedSyscall(2)]
    internal static long Open(ulong path, OpenFlags flags, uint mode) => OpenAt(AtFlags.WorkingDirectory, path, flags, mode);

    /// <summary>creat(2).</summary>
    [OffloadedSyscall(85)]
    internal static long Create(ulong path, uint mode)
        => OpenAt(AtFlags.WorkingDirectory, path, OpenFlags.Create | OpenFlags.WriteOnly | OpenFlags.Truncate, mode);

    /// <summary>openat(2).</summary>
    [OffloadedSyscall(257)]
    internal static long OpenAt(int directory, ulong path, OpenFlags flags, uint mode)
    {
        // The number comes first, so that no file is made that cannot be used.
        long descriptor = DescriptorTable.Reserve((flags & OpenFlags.CloseOnExec) != 0);
        long number = PathCall.MakeAt((int)OffloadedCall.OpenAt, directory, path, (uint)flags, mode);
        bool isPeers = number != Forwarding.Here;
        if (!isPeers || descriptor < 0)
        {
            if (descriptor >= 0)
            {
                DescriptorTable.Unreserve((int)descriptor);
            }
            else if (isPeers && number >= 0)
            {
                OffloadedFile.Close(number);
            }

            return isPeers ? Math.Min(number, descriptor) : OpenHere(directory, Redirection.Take(path), flags, mode);
        }

        return number < 0 ? GiveBack((int)descriptor, number) : Install((int)descriptor, number, flags);
    }

    /// <summary>openat2(2).</summary>
    [OffloadedSyscall(437)]
    internal static long OpenAt(int directory, ulong path, ulong how, ulong size)
    {
        // What is wrong with the structure the kernel says.
        OpenHow wanted = default;
        bool isRead = size == (ulong)sizeof(OpenHow) && UserMemory.TryRead(how, out wanted);
        long descriptor = isRead ? DescriptorTable.Reserve(((OpenFlags)wanted.Flags & OpenFlags.CloseOnExec) != 0) : -Errno.EFAULT;
        if (descriptor < 0 || !ForwardedCall.Try((int)OffloadedCall.OpenAt2, "dpin"u8, out long number, [(ulong)directory, path, how, size], sizeof(OpenHow)))
        {
            if (descriptor >= 0)
            {
                DescriptorTable.Unreserve((int)descriptor);
            }

            return isRead && descriptor < 0 ? descriptor : Opening.OpenAt(directory, Redirection.Take(path), how, size);
        }

        return number < 0 ? GiveBack((int)descriptor, number) : Install((int)descriptor, number, (OpenFlags)wanted.Flags);
    }

    /// <summary>fcntl(2): flags are changed on both sides, locks and pipes are the peer's, the rest is the descriptor's.</summary>
    [OffloadedSyscall(72)]
    internal static long Control(int descriptor, uint command, ulong argument)
    {
        const int LockBytes = 32;
        const uint SetFlags = 4, GetLock = 5, LastLock = 7, GetOpenLock = 36, LastOpenLock = 38, SetPipeSize = 1031, GetPipeSize = 1032;
        bool isLock = command is >= GetLock and <= LastLock or >= GetOpenLock and <= LastOpenLock;
        ReadOnlySpan<byte> form = !isLock ? "fnn"u8 : command is GetLock or GetOpenLock ? "fnj"u8 : "fni"u8;
        return (isLock || command is SetFlags or SetPipeSize or GetPipeSize)
            && ForwardedCall.Try((int)OffloadedCall.FCntl, form, out long result, [(ulong)descriptor, command, argument], LockBytes)
            && (command != SetFlags || result < 0)
                ? result
                : Opening.Control(descriptor, command, argument);
    }

    /// <summary>ioctl(2): a number whose structure is not known is -ENOTTY.</summary>
    [OffloadedSyscall(16)]
    internal static long DeviceControl(int descriptor, uint request, ulong argument)
    {
        // Source: Linux, include/uapi/asm-generic/ioctls.h; man page ioctl_tty(2).
        (byte kind, int bytes) = request switch
        {
            0x5401 => ((byte)'o', 36),
            0x5402 or 0x5403 or 0x5404 => ((byte)'i', 36),
            0x5411 or 0x541B => ((byte)'o', 4),
            0x5413 => ((byte)'o', 8),
            0x5414 => ((byte)'i', 8),
            SetNonBlocking => ((byte)'i', 4),
            0x802C542A => ((byte)'o', 44),
            0x402C542B or 0x402C542C or 0x402C542D => ((byte)'i', 44),
            _ => ((byte)'n', 0),
        };
        return request is not (CloseOnExec or NoCloseOnExec or SetNonBlocking)
            && ForwardedCall.Try((int)OffloadedCall.IOCtl, [(byte)'f', (byte)'n', kind], out long result, [(ulong)descriptor, request, argument], bytes)
                ? result
                : request == SetNonBlocking ? SetBlocking(descriptor, argument) : Opening.DeviceControl(descriptor, request, argument);
    }

    /// <summary>getcwd(2).</summary>
    [OffloadedSyscall(79)]
    internal static long GetWorkingDirectory(ulong buffer, ulong size)
        => Forwarding.HasTree && !Forwarding.IsWorkingDirectoryHere
            && ForwardedCall.Try((int)OffloadedCall.GetCwd, "bz"u8, out long result, [buffer, size])
                ? result
                : Directories.GetWorkingDirectory(buffer, size);

    /// <summary>chdir(2).</summary>
    [OffloadedSyscall(80)]
    internal static long ChangeDirectory(ulong path)
    {
        bool isPeers = ForwardedCall.Try((int)OffloadedCall.ChDir, "p"u8, out long result, [path]);
        result = isPeers ? result : Directories.Change(Redirection.Take(path));
        Forwarding.IsWorkingDirectoryHere = result == 0 ? !isPeers : Forwarding.IsWorkingDirectoryHere;
        return result;
    }

    /// <summary>fchdir(2).</summary>
    [OffloadedSyscall(81)]
    internal static long ChangeToDescriptor(int descriptor)
    {
        bool isPeers = ForwardedCall.Try((int)OffloadedCall.FChDir, "f"u8, out long result, [(ulong)descriptor]);
        result = isPeers ? result : Directories.ChangeToDescriptor(descriptor);
        Forwarding.IsWorkingDirectoryHere = result == 0 ? !isPeers : Forwarding.IsWorkingDirectoryHere;
        return result;
    }

    /// <summary>umask(2): both sides make files.</summary>
    [OffloadedSyscall(95)]
    internal static long SetFileModeMask(uint mask)
    {
        if (Forwarding.HasTree && ForwardedCall.Try((int)OffloadedCall.UMask, "n"u8, out long result, [mask]) && result < 0)
        {
            return result;
        }

        return Directories.SetFileModeMask(mask);
    }

    /// <summary>utimensat(2): without a path, the descriptor.</summary>
    [OffloadedSyscall(280)]
    internal static long SetTimes(int directory, ulong path, ulong times, int flags)
    {
        // A null path has the length -1 on the channel: no text, so the descriptor decides.
        ReadOnlySpan<byte> form = path == 0 ? "fntn"u8 : "dptn"u8;
        return ForwardedCall.Try((int)OffloadedCall.UTimeNsAt, form, out long result, [(ulong)directory, path == 0 ? ulong.MaxValue : path, times, (ulong)flags])
            ? result
            : AttributeChanges.SetTimesInNanoseconds(directory, Redirection.Take(path), new(times), flags);
    }

    /// <summary>Gives a number of the peer a descriptor that is reserved.</summary>
    /// <returns>The descriptor, or -ENOMEM.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Install(int descriptor, long number, OpenFlags flags)
    {
        bool isPath = (flags & OpenFlags.Path) != 0;
        OpenFile* file = OffloadedFile.Create(number, (flags & ~NotKept) | (isPath ? 0 : OpenFlags.LargeFile));
        if (file == null)
        {
            OffloadedFile.Close(number);
            return GiveBack(descriptor, -Errno.ENOMEM);
        }

        DescriptorTable.Install(descriptor, file);
        return descriptor;
    }

    // A file that is emptied may be mapped.
    private static long OpenHere(int directory, ulong path, OpenFlags flags, uint mode)
    {
        if ((flags & OpenFlags.Truncate) == 0)
        {
            return Opening.OpenAt(directory, path, flags, mode);
        }

        int change = BufferGuard.Begin(0, AddressSpace.Highest);
        long result = Opening.OpenAt(directory, path, flags, mode);
        BufferGuard.End(change);
        return result;
    }

    private static long SetBlocking(int descriptor, ulong argument)
        => ForwardedCall.Try((int)OffloadedCall.IOCtl, "fni"u8, out long result, [(ulong)descriptor, SetNonBlocking, argument], sizeof(int)) && result < 0
            ? result
            : Opening.DeviceControl(descriptor, SetNonBlocking, argument);

    private static long GiveBack(int descriptor, long result)
    {
        DescriptorTable.Unreserve(descriptor);
        return result;
    }
}
