namespace AzaleaOS.Build.Requirements;

/// <summary>The commands that install missing tools, in order.</summary>
internal sealed class InstallPlan
{
    /// <summary>The part of Debian 12's archive with the newer QEMU.</summary>
    internal const string Backports = "bookworm-backports";

    private const string BackportsFile = "/etc/apt/sources.list.d/azalea-backports.list";
    private const string BackportsSource = $"deb http://deb.debian.org/debian {Backports} main";

    private InstallPlan(IReadOnlyList<string> commands, IReadOnlyList<string> packages, IReadOnlyList<string> hints)
    {
        Commands = commands;
        Packages = packages;
        Hints = hints;
    }

    /// <summary>Shell commands for root.</summary>
    internal IReadOnlyList<string> Commands { get; }

    /// <summary>What the commands install, by Debian's names.</summary>
    internal IReadOnlyList<string> Packages { get; }

    /// <summary>What no command can install, and where it comes from.</summary>
    internal IReadOnlyList<string> Hints { get; }

    /// <summary>All commands in one line, for a message; through sudo where this process is not root.</summary>
    internal string OneLine(HostSystem system)
    {
        string line = string.Join(" && ", Commands);
        return system.IsRoot || line.Length == 0 ? line : $"sudo sh -c '{line.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    /// <summary>A plan for some tools on a host.</summary>
    internal static InstallPlan For(IEnumerable<Tool> tools, HostSystem system)
    {
        Tool[] all = [.. tools];
        string[] hints = [.. all.Where(tool => tool.OtherSource is not null).Select(tool => $"{tool.Name}: {tool.OtherSource}")];
        bool backports = system.Codename == "bookworm";
        string[] newer = [.. all.Where(tool => tool.FromBackports && backports).SelectMany(tool => tool.Packages).Distinct()];
        string[] ordinary = [.. all.Where(tool => !(tool.FromBackports && backports)).SelectMany(tool => tool.Packages).Distinct()];
        if (newer.Length + ordinary.Length == 0)
            return new InstallPlan([], [], hints);

        var commands = new List<string>();
        if (newer.Length > 0 && !system.HasBackports)
            commands.Add($"echo '{BackportsSource}' > {BackportsFile}");
        commands.Add("apt-get update -qq");
        const string install = "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends";
        if (newer.Length > 0)
            commands.Add($"{install} -t {Backports} {string.Join(' ', newer)}");
        if (ordinary.Length > 0)
            commands.Add($"{install} {string.Join(' ', ordinary)}");
        return new InstallPlan(commands, [.. newer, .. ordinary], hints);
    }
}
