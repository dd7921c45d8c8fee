namespace AzaleaOS.Abi;

/// <summary>A file that the boot loader put into memory next to the kernel.</summary>
public struct BootModule
{
    /// <summary>Physical address of its first byte.</summary>
    public PhysicalAddress Start;

    /// <summary>Bytes. Never 0.</summary>
    public ulong Length;

    /// <summary>Physical address of the text that came with it; 0 if none. It lies in memory of kind <see cref="MemoryKind.BootData"/>.</summary>
    public PhysicalAddress Name;

    /// <summary>Bytes of the text, without a terminator.</summary>
    public int NameLength;

    /// <summary>The first address after the module.</summary>
    public readonly ulong End => Start.Value + Length;
}
