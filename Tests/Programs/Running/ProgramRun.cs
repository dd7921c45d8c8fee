using System.Collections.Concurrent;
using System.Diagnostics;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Programs.Running;

/// <summary>A program in a working directory of its own, on this host and on the kernel.</summary>
/// <remarks>Machines with one core run it as it is, those with more run it promoted, unless something else is said.</remarks>
/// <param name="Program">The executable: the same path on both.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ProgramRun(string Program, params IReadOnlyList<string> Arguments)
{
    private static readonly Lock s_host = new();

    /// <summary>Where both start it. The host's directory is made for one run and removed.</summary>
    private static readonly string s_work = $"/tmp/azalea-program-{System.Environment.ProcessId}";
    private static readonly ConcurrentDictionary<string, Lazy<Outcome>> s_outcomes = new();

    /// <summary>The executable for this host, where <see cref="Program"/> is none.</summary>
    internal string? LinuxProgram { get; init; }

    /// <summary>Files below Sources that it finds in its working directory, by their names.</summary>
    internal IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>NAME=VALUE; all there is besides TZ and PWD.</summary>
    internal IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>What is typed at its terminal; null: no terminal, and nothing to read.</summary>
    internal Conversation? Typed { get; init; }

    /// <summary>Files of this host that the kernel's tree has too, at the same path.</summary>
    internal IReadOnlyList<string> HostFiles { get; init; } = [];

    /// <summary>How long it may take.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Memory of the machine.</summary>
    internal MemorySize Memory { get; init; } = MemorySize.Mebibytes(512);

    /// <summary>Whether the machine's clock counts instructions.</summary>
    internal bool CountInstructions { get; init; }

    /// <summary>Whether it runs promoted on one core as well.</summary>
    internal bool Promote { get; init; }

    /// <summary>More arguments for QEMU.</summary>
    internal IReadOnlyList<string> ExtraArguments { get; init; } = [];

    /// <summary>Runs it on both; fails unless it writes the same bytes and ends with the same status.</summary>
    internal void MustEqualLinux(int cpus)
    {
        string key = string.Join('\0', [Program, .. Arguments, "\0", .. Environment]);
        Outcome linux = s_outcomes.GetOrAdd(key, _ => new Lazy<Outcome>(OnLinux)).Value;
        Here(cpus).MustEqual(linux);
    }

    /// <summary>Runs it on this host.</summary>
    internal Outcome OnLinux()
    {
        lock (s_host)
        {
            if (Directory.Exists(s_work))
                Directory.Delete(s_work, recursive: true);
            Directory.CreateDirectory(s_work);
            try
            {
                foreach (string file in Files)
                    File.Copy(SourcePath(file), Path.Combine(s_work, Path.GetFileName(file)));
                return Execute();
            }
            finally
            {
                Directory.Delete(s_work, recursive: true);
            }
        }
    }

    private Outcome Execute()
    {
        // One pipe for both outputs, as the kernel has one console; nothing to read, and no core file.
        string[] words = Typed is null
            ? ["/bin/sh", "-c", "ulimit -c 0; exec \"$0\" \"$@\" 2>&1 </dev/null", LinuxProgram ?? Program, .. Arguments]
            : ["/usr/bin/script", "-qec", $"stty rows 25 cols 80; exec {LinuxProgram ?? Program} {string.Join(' ', Arguments)}", "/dev/null"];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = Typed is not null,
            WorkingDirectory = s_work,
        };
        start.Environment.Clear();
        foreach (string[] variable in AllVariables.Select(variable => variable.Split('=', 2)))
            start.Environment[variable[0]] = variable[1];
        using Process process = Process.Start(start)!;
        using MemoryStream output = Typed is null ? new MemoryStream() : new ConversationStream(Typed);
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        Task typing = output is ConversationStream screen ? Task.Run(() => screen.Type(process.StandardInput.BaseStream, bytes => bytes)) : Task.CompletedTask;
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{Program} does not end on this host");
        }

        reading.Wait();
        typing.Wait();
        return new Outcome(output.ToArray(), process.ExitCode);
    }

    /// <summary>Runs it on the kernel.</summary>
    internal Outcome Here(int cpus)
    {
        var files = new Initramfs();
        files.AddDirectory("/tmp");
        files.AddDirectory(s_work);
        files.AddHost(Program, Program);
        if (Promote || Promoted.IsUsual(cpus))
            files.Promote(Program, Promoted.RecordOf(Program));
        foreach (string file in HostFiles)
            files.AddHost(file, file);
        foreach (string file in Files)
            files.AddHost(SourcePath(file), Path.Combine(s_work, Path.GetFileName(file)));
        string archive = Path.GetTempFileName();
        try
        {
            files.Write(archive);
            using ConversationStream? screen = Typed is null ? null : new ConversationStream(Typed);
            MachineResult result = Machine.Run(new MachineDescription
            {
                Kernel = RunnerImage.Path,
                Initramfs = archive,
                Cpus = cpus,
                Memory = Memory,
                CommandLine = [.. Typed is null ? Array.Empty<string>() : ["stdio=ttt", "tty=80x25"], .. AllVariables.Select(variable => "env=" + variable), "cwd=" + s_work, "--", Program, .. Arguments],
                Timeout = Patience,
                CountInstructions = CountInstructions,
                ExtraArguments = ExtraArguments,
            }, new MachineStreams { Output = screen, Input = screen is null ? null : screen.Type });
            return new Outcome(screen?.ToArray() ?? result.OutputBytes.ToArray(), result.Status, result.ToString());
        }
        finally
        {
            File.Delete(archive);
        }
    }

    private string[] AllVariables => ["TZ=UTC0", "PWD=" + s_work, .. Environment];

    private static string SourcePath(string file) => Path.Combine(Building.ProgramRecipe.SourcesRoot, file);
}
