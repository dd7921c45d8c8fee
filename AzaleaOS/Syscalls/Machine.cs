using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Files;
using AzaleaOS.Files.Reports;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>What the machine and the kernel are.</summary>
internal static unsafe class Machine
{
    /// <summary>uname(2). Programs look for "Linux" and for a version that is not too old; the rest says who we are.</summary>
    [Syscall(63)]
    internal static long Name(UserPointer<UtsName> to)
    {
        UtsName name = default;
        SystemName.System.CopyTo(new Span<byte>(name.System, 65));
        SystemName.Node.CopyTo(new Span<byte>(name.Node, 65));
        SystemName.Release.CopyTo(new Span<byte>(name.Release, 65));
        SystemName.Version.CopyTo(new Span<byte>(name.Version, 65));
        SystemName.Machine.CopyTo(new Span<byte>(name.Machine, 65));
        SystemName.Domain.CopyTo(new Span<byte>(name.Domain, 65));
        return to.TryWrite(name) ? 0 : -Errno.EFAULT;
    }

    /// <summary>sysinfo(2). There is no swap, and nobody adds up the load.</summary>
    [Syscall(99)]
    internal static long Information(UserPointer<SystemInformation> to)
    {
        SystemInformation information = new()
        {
            Uptime = Clock.Monotonic() / Clock.Second,
            TotalMemory = Process.TotalMemory,
            FreeMemory = AddressSpace.Current->FreeMemory,
            Processes = (ushort)ThreadTable.Count,
            Unit = 1,
        };
        return to.TryWrite(information) ? 0 : -Errno.EFAULT;
    }

    /// <summary>getrandom(2).</summary>
    [Syscall(318)]
    internal static long GetRandom(ulong buffer, ulong count, uint flags)
    {
        const uint NonBlocking = 1, Random = 2, Insecure = 4;
        if ((flags & ~(NonBlocking | Random | Insecure)) != 0 || (flags & (Random | Insecure)) == (Random | Insecure))
        {
            return -Errno.EINVAL;
        }

        // Linux gives no more at a time (drivers/char/random.c, get_random_bytes_user by way of MAX_RW_COUNT).
        count = Math.Min(count, 0x7fff_f000);
        const int Piece = 256;
        byte* bytes = stackalloc byte[Piece];
        ulong given = 0;
        while (given < count)
        {
            ulong wanted = Math.Min(count - given, Piece);
            RandomSource.Fill(new Span<byte>(bytes, (int)wanted));
            ulong copied = UserMemory.CopyOut(buffer + given, bytes, wanted);
            given += copied;
            if (copied < wanted)
            {
                break;
            }
        }

        return given == 0 && count != 0 ? -Errno.EFAULT : (long)given;
    }

    /// <summary>personality(2): there is one, PER_LINUX.</summary>
    [Syscall(135)]
    internal static long Personality(uint personality) => personality is 0 or uint.MaxValue ? 0 : -Errno.EINVAL;
}
