namespace AzaleaOS.Build.Compilation;

/// <summary>One run of ilc: managed assemblies to one ELF object.</summary>
public sealed record IlcRequest
{
    /// <summary>The assemblies whose exports are compiled: the image's own and the woven kernel.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>
    /// The assemblies that inputs call: woven System.Private.CoreLib, plugs, AzaleaOS.Abi. The facades
    /// of the runtime pack are added; where two files have one name, the earlier counts.
    /// </summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary>The object to write.</summary>
    public required string Output { get; init; }

    /// <summary>Where ilc and its class library are.</summary>
    public required IlcPackages Packages { get; init; }

    /// <summary>Full optimisation. Off only to look for a fault of the compiler: the code grows a hundredfold.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary>More options, for experiments.</summary>
    public IReadOnlyList<string> ExtraOptions { get; init; } = [];
}
