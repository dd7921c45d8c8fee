namespace AzaleaOS.Build.Weaving;

/// <summary>What is to be woven.</summary>
public sealed record WeaveRequest
{
    /// <summary>The assemblies that are rewritten: System.Private.CoreLib, the kernel, any input of ilc.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>The assemblies that hold <c>[Plug]</c> classes. They are read, never changed.</summary>
    public IReadOnlyList<string> Plugs { get; init; } = [];

    /// <summary>Files and folders in which other assemblies are looked for, facades above all.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>The image has the offload channel: <c>[OffloadedSyscall]</c> methods answer in place of the <c>[Syscall]</c> methods of the same number.</summary>
    public bool Offload { get; init; }

    /// <summary>Where the woven assemblies and their PDBs go, under their own file names.</summary>
    public required string OutputDirectory { get; init; }
}
