using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Requirements;

/// <summary>What can be done only with a tool; a verb asks for the tools of its own activities.</summary>
[Flags]
internal enum Activity
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Building a kernel.</summary>
    Build = 1,

    /// <summary>Running it in QEMU.</summary>
    Qemu = 2,

    /// <summary>Writing an ISO.</summary>
    Iso = 4,

    /// <summary>Booting by UEFI.</summary>
    Uefi = 8,

    /// <summary>Running it in Bochs.</summary>
    Bochs = 16,

    /// <summary>The tour of <c>azalea run</c>.</summary>
    Tour = 32,

    /// <summary>The tests.</summary>
    Test = 64,

    /// <summary>Debugging a kernel.</summary>
    Debug = 128,

    /// <summary>Drawing the charts of a bench.</summary>
    Bench = 256,

    /// <summary>Compiling and linking C programs.</summary>
    C = 512,

    /// <summary>The same of C++.</summary>
    Cpp = 1024,

    /// <summary>Compiling the C library itself.</summary>
    CLibrary = 2048,
}

/// <summary>A program or a data file of the host that AzaleaOS uses.</summary>
/// <param name="Name">The program, or a short name for data.</param>
/// <param name="Purpose">What it is needed for: "runs kernels".</param>
/// <param name="Activities">When.</param>
/// <param name="Packages">The Debian packages that hold it; none if it is not Debian's.</param>
internal sealed record Tool(string Name, string Purpose, Activity Activities, params IReadOnlyList<string> Packages)
{
    /// <summary>Programs that will do, the best first. Empty for data.</summary>
    internal IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>Files or directories that must all exist.</summary>
    internal IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>The option that makes the program tell its version; null if it is not asked.</summary>
    internal string? VersionOption { get; init; } = "--version";

    /// <summary>The version from which all works; an older one is reported, not refused.</summary>
    internal Version? Wanted { get; init; }

    /// <summary>What does not work with an older one.</summary>
    internal string? WantedFor { get; init; }

    /// <summary>True if Debian 12 has the wanted version in its backports only.</summary>
    internal bool FromBackports { get; init; }

    /// <summary>How to get it, if it is not a package of Debian.</summary>
    internal string? OtherSource { get; init; }

    /// <summary>Where it is, or null if some part is missing.</summary>
    internal string? Locate(HostTools tools)
    {
        if (Data.Any(path => tools.FindData(path) is null))
            return null;
        return Programs.Count == 0 ? tools.FindData(Data[0]) : Programs.Select(tools.FindProgram).FirstOrDefault(path => path is not null);
    }
}
