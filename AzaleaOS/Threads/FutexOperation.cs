using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>The encoded operation of FUTEX_WAKE_OP.</summary>
/// <remarks>Source: futex(2), FUTEX_WAKE_OP.</remarks>
internal static class FutexOperation
{
    private const uint ShiftArgument = 8;

    /// <summary>Changes a word and compares its old value.</summary>
    /// <returns>1 if the comparison holds, 0 if not; -EFAULT, -ENOSYS.</returns>
    internal static long Apply(ulong address, uint encoded)
    {
        uint operation = (encoded >> 28) & 0xf;
        uint comparison = (encoded >> 24) & 0xf;
        int argument = (int)(encoded << 8) >> 20;
        int comparand = (int)(encoded << 20) >> 20;
        if ((operation & ShiftArgument) != 0) argument = 1 << (argument & 31);
        operation &= ~ShiftArgument;
        if (operation > 4) return -Errno.ENOSYS;

        if (!UserMemory.TryLoad(address, out uint old)) return -Errno.EFAULT;
        while (true)
        {
            uint wanted = operation switch
            {
                0 => (uint)argument,
                1 => old + (uint)argument,
                2 => old | (uint)argument,
                3 => old & ~(uint)argument,
                _ => old ^ (uint)argument,
            };
            uint expected = old;
            if (!UserMemory.TryCompareExchange(address, expected, wanted, out old)) return -Errno.EFAULT;
            if (old == expected) break;
        }

        // As in Linux, a comparison that is unknown is noticed when the word has changed already.
        if (comparison > 5) return -Errno.ENOSYS;
        int value = (int)old;
        bool holds = comparison switch
        {
            0 => value == comparand,
            1 => value != comparand,
            2 => value < comparand,
            3 => value <= comparand,
            4 => value > comparand,
            _ => value >= comparand,
        };
        return holds ? 1 : 0;
    }
}
