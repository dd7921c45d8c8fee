using System.CommandLine;
using System.Diagnostics;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader start</c>: a unikernel in the background.</summary>
internal sealed class StartCommand : Command, IHasExamples, ITakesProgramArguments
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);

    private readonly LaunchOptions _launch = new();
    private readonly Option<bool> _json = CommonOptions.Json();

    private StartCommand(IReadOnlyList<string> programArguments)
        : base("start", "Run a unikernel in the background and print its number. Its output is kept for logs, its record until rm.")
    {
        _launch.AddTo(this);
        Options.Add(_json);
        SetAction(parsed => Reporting.Run(() => Start(parsed, programArguments)));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "sideloader start ./server --name web --root /srv/www --cpus 2",
        "sideloader logs -f web",
        "sideloader stop web && sideloader wait web && sideloader rm web",
    ];

    internal static StartCommand Create(IReadOnlyList<string> programArguments) => new(programArguments);

    private int Start(ParseResult parsed, IReadOnlyList<string> programArguments)
    {
        // What is wrong is said here, not in a log.
        LaunchPlan plan = _launch.Describe(parsed, programArguments);
        UnikernelDirectory home = StateDirectory.Open().Create(_launch.Name(parsed));
        home.Write(LaunchOptions.Record(home, _launch.Name(parsed), plan));
        using (new FileStream(home.LogFile, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
        }

        using Process supervisor = Process.Start(Background(home, parsed, programArguments))!;
        while (true)
        {
            bool ended = supervisor.HasExited;
            UnikernelRecord record = home.Read();
            if (record.Supervisor?.Pid == supervisor.Id && record.State == UnikernelState.Running)
                break;
            if (record.State == UnikernelState.Ended && record.Reason is null)
                break;
            if (ended || record.State == UnikernelState.Ended)
                return Explain(home, record, supervisor);
            Thread.Sleep(s_look);
        }

        if (parsed.GetValue(_json))
            Reporting.Json(home.Read(), SideloaderJson.Indented.UnikernelRecord);
        else
            Console.WriteLine(home.Id);
        return ExitStatus.Success;
    }

    /// <summary>The command line without this verb, in a session of its own, with the log as its output.</summary>
    private static ProcessStartInfo Background(UnikernelDirectory home, ParseResult parsed, IReadOnlyList<string> programArguments)
    {
        string setsid = HostTools.Default.Program("setsid", "takes a unikernel to the background");
        // The shell opens the log and becomes setsid, and that this program: one process with one number.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        string[] own = [.. parsed.Tokens.Select(token => token.Value)];
        int verb = Array.IndexOf(own, "start");
        IEnumerable<string> words =
        [
            "-c", """log=$1; shift; exec "$@" </dev/null >>"$log" 2>&1""", "sh", home.LogFile, setsid,
            .. OwnProgram.Words, "run", "--into", home.Location, .. own[(verb + 1)..].Where(word => word != "--json"),
            .. programArguments.Count > 0 ? ["--", .. programArguments] : Array.Empty<string>(),
        ];
        foreach (string word in words)
            start.ArgumentList.Add(word);
        return start;
    }

    private static int Explain(UnikernelDirectory home, UnikernelRecord record, Process supervisor)
    {
        supervisor.WaitForExit();
        string why = record.Reason ?? (File.ReadLines(home.LogFile).LastOrDefault() is { } last ? last.Replace("sideloader: ", "", StringComparison.Ordinal) : "it ended before its machine ran");
        int status = supervisor.ExitCode == 0 ? ExitStatus.NoExitRecord : supervisor.ExitCode;
        home.Remove();
        throw new CommandException(why, status);
    }
}
