using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Plugs.CoreLib;

/// <summary>Copying and clearing memory, by the kernel's own assembler methods.</summary>
/// <remarks>
/// CoreLib's versions use vector registers, which interrupt entries and leaf system calls must leave
/// alone, and call the C library for long blocks.
/// </remarks>
[Plug("System.SpanHelpers, System.Private.CoreLib")]
public static class SpanHelpersPlug
{
    /// <summary>Copies <paramref name="len"/> bytes; the areas may overlap.</summary>
    public static void Memmove(ref byte dest, ref byte src, nuint len) => Move(ref dest, ref src, len);

    /// <summary>Sets <paramref name="len"/> bytes to zero.</summary>
    public static void ClearWithoutReferences(ref byte dest, nuint len) => Set(ref dest, 0, len);

    /// <summary>Sets <paramref name="len"/> bytes to a value.</summary>
    public static void Fill(ref byte dest, byte value, nuint len) => Set(ref dest, value, len);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("memmove")]
    private static extern void Move(ref byte destination, ref byte source, nuint count);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("memset")]
    private static extern void Set(ref byte destination, int value, nuint count);
}
