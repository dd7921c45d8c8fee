namespace AzaleaOS.Build.Linking;

/// <summary>What is linked into one kernel, and where the results go.</summary>
public sealed record LinkRequest
{
    /// <summary>The objects: ilc's, the assembler methods', the system-call stubs', in pass 2 the symbol table.</summary>
    public required IReadOnlyList<string> Objects { get; init; }

    /// <summary>The kernel: ELF64, with symbols and DWARF.</summary>
    public required string Output { get; init; }

    /// <summary>The linker's map, or null for none.</summary>
    public string? MapFile { get; init; }

    /// <summary>The copy without symbols that goes into images, or null for none.</summary>
    public string? StrippedOutput { get; init; }

    /// <summary>That copy's segments are compressed.</summary>
    public bool Packed { get; init; }

    /// <summary>The same copy, never compressed, or null for none.</summary>
    public string? UnpackedOutput { get; init; }

    /// <summary>
    /// Symbols that are reached from outside of the image, and must stay although nothing refers to
    /// them. Those that no object defines are passed over.
    /// </summary>
    public IReadOnlyList<string> KeptSymbols { get; init; } =
    [
        "azalea_entry_pvh", "azalea_entry_handoff", "azalea_kernel_start",
    ];

    /// <summary>The assemblies that were compiled, for C# names in messages.</summary>
    public IReadOnlyList<string> Assemblies { get; init; } = [];

    /// <summary>The linker to run: a path or a name on PATH; null looks for ld.lld, then for GNU ld.</summary>
    public string? Linker { get; init; }
}
