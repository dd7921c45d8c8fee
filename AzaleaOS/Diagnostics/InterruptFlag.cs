using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Diagnostics;

/// <summary>RFLAGS.IF, for the one lock of this layer. The layers above use Cpu's instructions.</summary>
internal static class InterruptFlag
{
    private const ulong Enabled = 1 << 9;

    /// <summary>Clears IF.</summary>
    /// <returns>Whether it was set.</returns>
    internal static bool Clear()
    {
        bool was = (ReadFlags() & Enabled) != 0;
        DisableInterrupts();
        return was;
    }

    /// <summary>Sets IF again if <paramref name="was"/> says so.</summary>
    internal static void Restore(bool was)
    {
        if (was) EnableInterrupts();
    }

    /// <summary>Tells the core that this is a spin loop.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_pause")]
    internal static extern void Pause();

    /// <summary>Waits for the next interrupt.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_hlt")]
    internal static extern void Halt();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_read_flags")]
    private static extern ulong ReadFlags();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_cli")]
    private static extern void DisableInterrupts();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_sti")]
    private static extern void EnableInterrupts();
}
