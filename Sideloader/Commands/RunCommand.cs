using System.CommandLine;
using System.Text.Json;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader run</c>: a unikernel in the foreground.</summary>
internal sealed class RunCommand : Command, IHasExamples, ITakesProgramArguments
{
    private readonly LaunchOptions _launch = new();
    private readonly Option<bool> _json = new("--json") { Description = "At the end print the record as JSON on standard error; standard output is the application's." };
    private readonly Option<bool> _noInput = new("--no-input") { Description = "The application finds its standard input at its end." };
    private readonly Option<bool> _keep = new("--keep") { Description = "Keep the record when it ended, for inspect; rm removes it." };

    /// <summary>The directory that <c>start</c> made, and where it waits for the record.</summary>
    private readonly Option<string?> _into = new("--into") { Hidden = true };

    private RunCommand(IReadOnlyList<string> programArguments)
        : base("run", "Run a unikernel in the foreground; its exit status becomes the status of this command.")
    {
        _launch.AddTo(this);
        _launch.ForBackground.Hidden = true;
        foreach (Option option in (Option[])[_json, _noInput, _keep, _into])
            Options.Add(option);
        SetAction(parsed => Reporting.Run(() => Run(parsed, programArguments)));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "sideloader run ./a.out --root /srv/data -- --input /in.csv --output /out.csv",
        "sideloader run /bin/busybox --root . --read-only -- ls -l /",
        "sideloader run ./a.out --cpus 4 --mem 1G --env THREADS=4 --timeout 60 --trace calls.txt",
    ];

    internal static RunCommand Create(IReadOnlyList<string> programArguments) => new(programArguments);

    private int Run(ParseResult parsed, IReadOnlyList<string> programArguments)
    {
        LaunchPlan plan = _launch.Describe(parsed, programArguments);
        string? name = _launch.Name(parsed);
        string? into = parsed.GetValue(_into);
        UnikernelDirectory home = into is null ? StateDirectory.Open().Create(name) : new UnikernelDirectory(into);
        bool keep = into is not null || parsed.GetValue(_keep);
        var supervisor = new Supervisor(home, plan, LaunchOptions.Record(home, name, plan), !parsed.GetValue(_noInput), Reporting.Say);
        try
        {
            return supervisor.Run();
        }
        finally
        {
            if (parsed.GetValue(_json))
                Reporting.SayAsIs(JsonSerializer.Serialize(supervisor.Record, SideloaderJson.Lines.UnikernelRecord));
            if (!keep)
                home.Remove();
        }
    }
}
