using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Diagnostics;

/// <summary>Port input and output. Here, in the lowest layer, because the serial console needs it.</summary>
/// <remarks>Source: SDM vol. 2A, IN; vol. 2B, OUT.</remarks>
internal static class Port
{
    /// <summary>Reads one byte.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_in8")]
    internal static extern byte In8(ushort port);

    /// <summary>Reads two bytes.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_in16")]
    internal static extern ushort In16(ushort port);

    /// <summary>Reads four bytes.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_in32")]
    internal static extern uint In32(ushort port);

    /// <summary>Writes one byte.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_out8")]
    internal static extern void Out8(ushort port, byte value);

    /// <summary>Writes two bytes.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_out16")]
    internal static extern void Out16(ushort port, ushort value);

    /// <summary>Writes four bytes.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_out32")]
    internal static extern void Out32(ushort port, uint value);
}
