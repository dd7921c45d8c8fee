using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Statistics;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader trace</c>: the offloaded calls of a unikernel that runs, as strace shows them.</summary>
internal sealed class TraceCommand : Command, IHasExamples
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    private readonly Argument<string> _id = CommonOptions.Unikernel();
    private readonly Option<string[]> _filter = new("--filter", "-e") { Description = "Only calls of these names, separated by commas; may be repeated.", HelpName = "NAMES" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write to a file instead of standard output.", HelpName = "FILE" };
    private readonly Option<long> _count = new("--count", "-n") { Description = "End after this many calls; 0 for none such end.", HelpName = "N" };
    private readonly Option<bool> _json = new("--json") { Description = "Print each call as a JSON object." };

    private TraceCommand()
        : base("trace", "Show every offloaded call with its arguments, result and time, until the unikernel ends. run --trace FILE shows them from the first one.")
    {
        Arguments.Add(_id);
        foreach (Option option in (Option[])[_filter, _output, _count, _json])
            Options.Add(option);
        SetAction((parsed, cancellation) => Task.Run(() => Reporting.Run(() => Trace(parsed, cancellation)), CancellationToken.None));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "sideloader trace web",
        "sideloader trace web -e openat,read -o calls.txt",
    ];

    internal static TraceCommand Create() => new();

    private int Trace(ParseResult parsed, CancellationToken cancellation)
    {
        UnikernelDirectory home = StateDirectory.Open().Find(parsed.GetRequiredValue(_id));
        if (!home.Read().IsActive)
            throw CommandException.NoInput($"{home.Read().Label} does not run any more");
        HashSet<string> names = [.. (parsed.GetValue(_filter) ?? []).SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        if (names.FirstOrDefault(name => !IsName(name)) is { } unknown)
            throw CommandException.Usage($"--filter {unknown}: there is no such call");

        using StatisticsFile file = StatisticsFile.Open(home.StatisticsFile);
        using TextWriter output = parsed.GetValue(_output) is { } path ? new StreamWriter(path) : new StreamWriter(Console.OpenStandardOutput());
        var reader = new TraceReader(file);
        long left = parsed.GetValue(_count) is > 0 and var count ? count : long.MaxValue;
        bool json = parsed.GetValue(_json);
        bool runs = true;
        while (runs && left > 0 && !cancellation.WaitHandle.WaitOne(s_look))
        {
            // Looked at before the trace: the last calls are there then.
            runs = home.HasRecord && home.Read().IsActive;
            reader.Renew();
            while (left > 0 && reader.TryRead(out TraceRecord record))
            {
                TracedCall call = TraceText.Decode(ref record);
                if (names.Count > 0 && !names.Contains(call.Call))
                    continue;
                left--;
                output.WriteLine(json ? JsonSerializer.Serialize(call, SideloaderJson.Lines.TracedCall) : TraceText.Line(call));
            }

            output.Flush();
        }

        if (reader.Lost > 0)
            Reporting.Say(string.Create(CultureInfo.InvariantCulture, $"{reader.Lost} calls came faster than they were read and are missing"));
        return cancellation.IsCancellationRequested ? ExitStatus.Interrupted : ExitStatus.Success;
    }

    private static bool IsName(string name) =>
        Enumerable.Range(0, StatisticsLayout.Slots).Any(slot => RequestNames.Find(StatisticsLayout.OperationOf(slot)) == name);
}
