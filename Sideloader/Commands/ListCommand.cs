using System.CommandLine;
using System.Globalization;
using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Unikernels;
using Spectre.Console;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader ps</c>: which unikernels there are.</summary>
internal sealed class ListCommand : Command
{
    private readonly Option<bool> _all = new("--all", "-a") { Description = "Those that ended as well." };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Numbers alone." };
    private readonly Option<bool> _json = CommonOptions.Json();

    private ListCommand()
        : base("ps", "List the unikernels that run.")
    {
        foreach (Option option in (Option[])[_all, _quiet, _json])
            Options.Add(option);
        SetAction(parsed => Reporting.Run(() => List(parsed)));
    }

    internal static ListCommand Create() => new();

    /// <summary>"running", or how it ended.</summary>
    internal static string Describe(UnikernelRecord record) => record.State switch
    {
        UnikernelState.Ended when record.Signal is not null => $"ended ({record.Signal})",
        UnikernelState.Ended => string.Create(CultureInfo.InvariantCulture, $"ended ({record.Status})"),
        var state => state.ToString().ToLowerInvariant(),
    };

    private int List(ParseResult parsed)
    {
        bool all = parsed.GetValue(_all);
        IReadOnlyList<UnikernelRecord> records = [.. StateDirectory.Open().List().Select(home => home.Read()).Where(record => all || record.IsActive)];
        if (parsed.GetValue(_json))
            Reporting.Json(records, SideloaderJson.Indented.IReadOnlyListUnikernelRecord);
        else if (parsed.GetValue(_quiet))
            Console.Write(string.Concat(records.Select(record => record.Id + "\n")));
        else
            Print(records);
        return ExitStatus.Success;
    }

    private static void Print(IReadOnlyList<UnikernelRecord> records)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("ID", "NAME", "STATE", "CORES", "MEMORY", "AGE", "COMMAND");
        foreach (UnikernelRecord record in records)
        {
            table.AddRow(
                new Text(record.Id), new Text(record.Name ?? ""), new Text(Describe(record)), new Text(record.Cpus.ToString(CultureInfo.InvariantCulture)),
                new Text(Amounts.Bytes(record.Memory)), new Text(Amounts.Age(DateTimeOffset.UtcNow - record.Created)), new Text(record.What));
        }

        Reporting.Table(table);
    }
}
