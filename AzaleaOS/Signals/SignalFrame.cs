namespace AzaleaOS.Signals;

/// <summary>What is put on the application's stack when a handler runs.</summary>
internal static class SignalFrame
{
    // struct rt_sigframe of Linux: return address, ucontext (304 bytes), siginfo (128 bytes); alignment of the
    // vector state to 64 bytes and of the frame to 16, the red zone, and the magic number behind the state
    // (arch/x86/kernel/signal.c, get_sigframe_size).
    private const int Registers = 8 + 304 + 128;
    private const int Padding = 63 + 16 + 128 + 4;

    // MINSIGSTKSZ of the C library on x86-64: no program expects less.
    private const int Least = 2048;

    /// <summary>How many bytes a frame takes at most.</summary>
    /// <param name="vectorState">Bytes of the processor's vector state.</param>
    internal static uint SizeWith(int vectorState) => (uint)Math.Max(Least, (Registers + Padding + vectorState + 15) & ~15);
}
