namespace AzaleaOS.Build.Elf;

/// <summary>How a section is treated: sh_flags.</summary>
[Flags]
public enum ElfSectionAttributes : ulong
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>Writable while the program runs.</summary>
    Write = 1,

    /// <summary>Takes memory while the program runs.</summary>
    Allocate = 2,

    /// <summary>Holds instructions.</summary>
    Execute = 4,

    /// <summary>Compressed contents (only for sections that are not loaded).</summary>
    Compressed = 0x800,
}
