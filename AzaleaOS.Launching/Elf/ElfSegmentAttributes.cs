namespace AzaleaOS.Build.Elf;

/// <summary>What may be done with a segment's memory: p_flags.</summary>
[Flags]
public enum ElfSegmentAttributes : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Execute.</summary>
    Execute = 1,

    /// <summary>Write.</summary>
    Write = 2,

    /// <summary>Read.</summary>
    Read = 4,
}
