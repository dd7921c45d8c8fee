using System.Diagnostics;

namespace AzaleaOS.Tests.Programs.Building;

/// <summary>The folder where one program is being made.</summary>
internal sealed class BuildFolder(string path)
{
    /// <summary>No compiler takes longer, not even on a machine with other work.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);

    /// <summary>Its path.</summary>
    internal string Path { get; } = path;

    /// <summary>The path of a file in it.</summary>
    internal string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Runs a command in the folder.</summary>
    /// <exception cref="InvalidOperationException">It failed or took too long: all that it said.</exception>
    internal void Run(string program, params IEnumerable<string> arguments) => RunIn(".", program, arguments);

    /// <summary>Runs a command in a folder below.</summary>
    internal void RunIn(string folder, string program, params IEnumerable<string> arguments)
    {
        string[] words = [.. arguments];
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" </dev/null 2>&1", program, .. words])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = this[folder],
        };

        // Programs must not depend on who builds them; dotnet finds its packages by HOME.
        foreach (string name in (string[])["CFLAGS", "CXXFLAGS", "LDFLAGS", "MAKEFLAGS", "GOFLAGS", "GOROOT", "GOPATH", "RUSTFLAGS", "PlatformTarget", "Platform"])
            start.Environment.Remove(name);
        start.Environment["GOCACHE"] = this["cache"];
        start.Environment["GOTOOLCHAIN"] = "local";
        start.Environment["GO111MODULE"] = "off";
        start.Environment["CGO_ENABLED"] = "0";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> said = process.StandardOutput.ReadToEndAsync();
        bool ended = process.WaitForExit(s_patience);
        if (!ended)
            process.Kill(entireProcessTree: true);
        if (!ended || process.ExitCode != 0)
            throw new InvalidOperationException($"{(ended ? $"status {process.ExitCode}" : "no end")} of: {program} {string.Join(' ', words)}\n{said.Result}");
    }
}
