namespace AzaleaOS.Build.Elf;

/// <summary>What a segment is: p_type.</summary>
public enum ElfSegmentType : uint
{
    /// <summary>Loaded into memory.</summary>
    Load = 1,

    /// <summary>Names a program interpreter.</summary>
    Interpreter = 3,

    /// <summary>Notes, such as Xen's PVH entry.</summary>
    Note = 4,
}
