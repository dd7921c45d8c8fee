namespace AzaleaOS.Cpu;

/// <summary>A cache of a core.</summary>
internal struct ProcessorCache
{
    /// <summary>1, 2, 3.</summary>
    internal int Level;

    /// <summary>1 data, 2 instructions, 3 both.</summary>
    internal int Type;

    /// <summary>Bytes of a line.</summary>
    internal int LineBytes;

    /// <summary>Lines in a set.</summary>
    internal int Ways;

    /// <summary>Sets.</summary>
    internal int Sets;

    /// <summary>Bytes in all.</summary>
    internal ulong Bytes;

    /// <summary>Cores whose APIC ids differ in so many low bits alone share it.</summary>
    internal int SharedBits;
}
