using System.CommandLine;
using System.Globalization;
using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Statistics;
using AzaleaOS.Sideloader.Unikernels;
using Spectre.Console;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader inspect</c>: all that is known of unikernels.</summary>
internal sealed class InspectCommand : Command
{
    private readonly Argument<string[]> _ids = CommonOptions.Unikernels("The unikernels: numbers, first digits of them, or names.");
    private readonly Option<bool> _json = CommonOptions.Json();

    private InspectCommand()
        : base("inspect", "Show all that is known of a unikernel.")
    {
        Arguments.Add(_ids);
        Options.Add(_json);
        SetAction(parsed => Reporting.Run(() => Inspect(parsed)));
    }

    internal static InspectCommand Create() => new();

    private int Inspect(ParseResult parsed)
    {
        StateDirectory state = StateDirectory.Open();
        IReadOnlyList<UnikernelDirectory> homes = [.. parsed.GetRequiredValue(_ids).Select(state.Find)];
        if (parsed.GetValue(_json))
        {
            Reporting.Json<IReadOnlyList<UnikernelRecord>>([.. homes.Select(home => home.Read() with { Data = DataTotals.Read(home) })], SideloaderJson.Indented.IReadOnlyListUnikernelRecord);
            return ExitStatus.Success;
        }

        foreach (UnikernelDirectory home in homes)
            Print(home, home.Read(), DataTotals.Read(home));
        return ExitStatus.Success;
    }

    private static void Print(UnikernelDirectory home, UnikernelRecord record, DataTotals? data)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        (string Name, string? Value)[] rows =
        [
            ("id", record.Id),
            ("name", record.Name),
            ("state", ListCommand.Describe(record)),
            ("status", record.Status?.ToString(CultureInfo.InvariantCulture)),
            ("signal", record.Signal),
            ("reason", record.Reason),
            ("program", record.Program),
            ("promoted", record.PromotedCalls is { } promoted ? $"{promoted} of {record.SystemCalls} system calls are calls" : null),
            ("arguments", record.Arguments.Count > 0 ? string.Join(' ', record.Arguments) : null),
            ("image", record.Image),
            ("root", record.Root is null ? null : record.Root + (record.ReadOnly ? " (read-only)" : "")),
            ("mounts", record.Mounts.Count > 0 ? string.Join(", ", record.Mounts) : null),
            ("cores", record.Cpus.ToString(CultureInfo.InvariantCulture)),
            ("memory", Amounts.Bytes(record.Memory)),
            ("supervisor", Process(record.Supervisor)),
            ("daemon", Process(record.Daemon)),
            ("emulator", Process(record.Emulator)),
            ("created", record.Created.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)),
            ("ended", record.Ended?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)),
            ("data moved", data is null ? null : Amounts.Bytes((long)data.Moved)),
            ("data copied", data is null ? null : $"{Amounts.Bytes((long)data.CopiedByDaemon)} by the daemon, {Amounts.Bytes((long)data.CopiedByUnikernel)} by the unikernel"),
            ("metrics", record.IsActive ? home.MetricsSocket : null),
            ("directory", home.Location),
        ];
        foreach ((string name, string? value) in rows)
        {
            if (value is not null)
                grid.AddRow(new Text(name), new Text(value));
        }

        Reporting.Table(grid);
    }

    private static string? Process(ProcessIdentity? process) => process is { IsAlive: true } ? process.Pid.ToString(CultureInfo.InvariantCulture) : null;
}
