namespace AzaleaOS.Syscalls;

/// <summary>A call in one line: its number, the form of its arguments, and the arguments.</summary>
internal static unsafe class ForwardedCall
{
    /// <summary>Makes a call at the peer, if it is the peer's.</summary>
    /// <param name="number">Of the system call.</param>
    /// <param name="form">As <see cref="Forwarding"/> says.</param>
    /// <param name="result">What it returns.</param>
    /// <param name="arguments">As many as the form has letters.</param>
    /// <param name="structureBytes">Bytes of the structure that it writes, if it has one.</param>
    /// <returns>Whether it was.</returns>
    internal static bool Try(int number, ReadOnlySpan<byte> form, out long result, ReadOnlySpan<ulong> arguments, int structureBytes = 0)
    {
        fixed (ulong* first = arguments)
        {
            result = Forwarding.Call(number, form, first, structureBytes);
        }

        return result != Forwarding.Here;
    }
}
