namespace AzaleaOS.Build.Images;

/// <summary>What goes on a bootable CD image.</summary>
public sealed record IsoRequest
{
    /// <summary>The kernel ELF, best without debug sections; it becomes <c>/boot/kernel.elf</c>.</summary>
    public required string Kernel { get; init; }

    /// <summary>Boot modules, handed to the kernel in this order; they become <c>/boot/module0</c> and so on.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>Words of the kernel command line, unquoted.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>The ISO to write. An existing file is replaced.</summary>
    public required string Output { get; init; }

    /// <summary>Seconds that the boot menu waits; 0 shows none.</summary>
    public int MenuSeconds { get; init; }

    /// <summary>The volume's name: up to 32 of A-Z, 0-9 and _.</summary>
    public string Label { get; init; } = "AZALEA";
}
