using System.CommandLine;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Requirements;
using Spectre.Console;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea doctor</c>: what is installed, what is missing, and how to get it.</summary>
internal sealed class DoctorCommand : Command, IHasExamples
{
    private readonly Option<bool> _install = new("--install") { Description = "Install what is missing or too old, as root or through sudo." };
    private readonly Option<bool> _tests = new("--tests") { Description = "Ask for the compilers, libraries and programs of the tests as well." };
    private readonly Option<bool> _json = CommonOptions.Json();

    private DoctorCommand(CommandContext context)
        : base("doctor", "Show which tools are here, what for, and the command that installs the missing ones.")
    {
        Options.Add(_install);
        Options.Add(_tests);
        Options.Add(_json);
        SetAction((parsed, _) => Task.FromResult(Run(context, parsed.GetValue(_install), parsed.GetValue(_tests), parsed.GetValue(_json))));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "azalea doctor",
        "azalea doctor --install",
        "azalea doctor --install --tests",
        "azalea doctor --json",
    ];

    internal static DoctorCommand Create(CommandContext context) => new(context);

    private static int Run(CommandContext context, bool install, bool tests, bool json)
    {
        HostSystem system = HostSystem.Current;
        IReadOnlyList<Tool> tools = tests ? [.. ToolCatalog.All, .. ToolCatalog.TestPrograms] : ToolCatalog.All;
        IReadOnlyList<ToolState> states = ToolState.OfAll(tools, system);
        InstallPlan plan = PlanFor(states, system);
        if (install && plan.Commands.Count > 0)
        {
            context.Terminal.Note($"installing:  {plan.OneLine(system)}");
            Installer.Run(plan, system, context.Cancellation);
            states = ToolState.OfAll(tools, system);
            plan = PlanFor(states, system);
        }

        if (json)
            context.Terminal.WriteJson(new DoctorReport(states, plan, system));
        else
            Print(context.Terminal, states, plan, system, tests ? "--install --tests" : "--install");
        return states.Any(state => state.Condition == ToolCondition.Missing) ? ExitStatus.Unavailable : ExitStatus.Success;
    }

    private static InstallPlan PlanFor(IEnumerable<ToolState> states, HostSystem system)
        => InstallPlan.For(states.Where(state => state.Condition != ToolCondition.Good).Select(state => state.Tool), system);

    private static void Print(Terminal terminal, IReadOnlyList<ToolState> states, InstallPlan plan, HostSystem system, string options)
    {
        IAnsiConsole console = terminal.Results;
        var table = new Table().Border(TableBorder.None).AddColumns("", "tool", "version", "what for");
        foreach (ToolState state in states)
        {
            table.AddRow(
                new Markup(state.Condition switch
                {
                    ToolCondition.Good => "[green]ok[/]",
                    ToolCondition.Old => "[yellow]old[/]",
                    _ => "[red]missing[/]",
                }),
                new Text(state.Tool.Name),
                new Text(state.Version ?? ""),
                new Text(state.Condition == ToolCondition.Old ? $"{state.Tool.Purpose}; {state.Tool.WantedFor} needs {state.Tool.Wanted}" : state.Tool.Purpose));
        }

        console.Write(table);
        if (plan.Commands.Count > 0)
            terminal.WriteLine($"\nInstall with:  azalea doctor {options}\nwhich does:    {plan.OneLine(system)}");
        foreach (string hint in plan.Hints)
            terminal.WriteLine($"\nGet {hint}");
    }
}
