using System.CommandLine;
using System.Globalization;
using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Statistics;
using AzaleaOS.Sideloader.Unikernels;
using Spectre.Console;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader top</c>: what unikernels do now.</summary>
internal sealed class TopCommand : Command
{
    private readonly Argument<string[]> _ids = CommonOptions.Unikernels("The unikernels; all that run if none is named.", canBeNone: true);
    private readonly Option<double> _interval = CommonOptions.Seconds("--interval", "Time between two looks.", 1);
    private readonly Option<bool> _once = new("--once") { Description = "Look twice, print once, and end." };
    private readonly Option<bool> _json = new("--json") { Description = "As --once, in JSON." };

    private TopCommand()
        : base("top", "Show live what unikernels use: processor, memory, offloaded calls, their latency, bytes.")
    {
        Arguments.Add(_ids);
        foreach (Option option in (Option[])[_interval, _once, _json])
            Options.Add(option);
        SetAction((parsed, cancellation) => Task.Run(() => Reporting.Run(() => Show(parsed, cancellation)), CancellationToken.None));
    }

    internal static TopCommand Create() => new();

    private int Show(ParseResult parsed, CancellationToken cancellation)
    {
        StateDirectory state = StateDirectory.Open();
        var meters = new Dictionary<string, UseMeter>();
        string[] ids = parsed.GetValue(_ids) ?? [];
        var interval = TimeSpan.FromSeconds(Math.Max(parsed.GetValue(_interval), 0.05));
        bool json = parsed.GetValue(_json);
        try
        {
            Look(state, ids, meters);
            if (json || parsed.GetValue(_once) || Console.IsOutputRedirected)
            {
                if (cancellation.WaitHandle.WaitOne(interval))
                    return ExitStatus.Interrupted;
                IReadOnlyList<UnikernelUse> uses = Look(state, ids, meters);
                if (json)
                    Reporting.Json(uses, SideloaderJson.Indented.IReadOnlyListUnikernelUse);
                else
                    Reporting.Table(Table(uses));
                return ExitStatus.Success;
            }

            AnsiConsole.Live(Table([])).Start(live =>
            {
                while (!cancellation.WaitHandle.WaitOne(interval))
                {
                    live.UpdateTarget(Table(Look(state, ids, meters)));
                    live.Refresh();
                }
            });
            return ExitStatus.Success;
        }
        finally
        {
            foreach (UseMeter meter in meters.Values)
                meter.Dispose();
        }
    }

    private static IReadOnlyList<UnikernelUse> Look(StateDirectory state, string[] ids, Dictionary<string, UseMeter> meters)
    {
        List<UnikernelUse> uses = [];
        foreach (UnikernelDirectory home in ids.Length > 0 ? ids.Select(state.Find) : state.List())
        {
            UnikernelRecord record = home.Read();
            if (record.State != UnikernelState.Running)
                continue;
            if (!meters.TryGetValue(home.Id, out UseMeter? meter))
                meters.Add(home.Id, meter = new UseMeter(home));
            uses.Add(meter.Look(record));
        }

        return uses;
    }

    private static Table Table(IReadOnlyList<UnikernelUse> uses)
    {
        Table table = new Table().Border(TableBorder.None).AddColumns("ID", "NAME", "CORES", "CPU", "MEMORY", "CALLS/s", "ERRORS/s", "LATENCY", "READ/s", "WRITTEN/s", "COMMAND");
        foreach (UnikernelUse use in uses)
        {
            string[] cells =
            [
                use.Id, use.Name ?? "", Number($"{use.Cpus}"), Number($"{use.Processor * 100:0} %"), $"{Amounts.Bytes(use.Resident)} / {Amounts.Bytes(use.Memory)}",
                Number($"{use.CallsPerSecond:0}"), Number($"{use.ErrorsPerSecond:0}"), use.Latency is { } latency ? Number($"{latency:0.0} us") : "-",
                Amounts.Bytes(use.ReadBytesPerSecond), Amounts.Bytes(use.WrittenBytesPerSecond), use.Command,
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        return table;
    }

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
