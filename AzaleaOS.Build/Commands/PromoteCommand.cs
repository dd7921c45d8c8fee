using System.CommandLine;
using System.Text;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Promotion;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea promote</c>: which system calls of a program can be calls, and the program in which they are.</summary>
internal sealed class PromoteCommand : Command, IHasExamples
{
    private readonly Argument<string> _program = new("PROGRAM") { Description = "A static Linux program of this host." };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the promoted program is written; without it only the report is.", HelpName = "PATH" };
    private readonly Option<bool> _json = CommonOptions.Json();

    private PromoteCommand(CommandContext context)
        : base("promote", "Turn the system calls of a static program into calls where that is provably safe, and say why not elsewhere.")
    {
        Arguments.Add(_program);
        Options.Add(_output);
        Options.Add(_json);
        SetAction(parsed => Run(context.Terminal, parsed));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "azalea promote /bin/busybox",
        "azalea promote ./a.out -o a.promoted",
        "azalea run --no-promote /bin/busybox -- uname -a",
    ];

    internal static PromoteCommand Create(CommandContext context) => new(context);

    private int Run(Terminal terminal, ParseResult parsed)
    {
        string program = parsed.GetRequiredValue(_program);
        PromotionResult result = ProgramPromotion.Promote(program);
        if (parsed.GetValue(_output) is { } output)
            Write(result, GuestProgram.FindProgram(program), output);
        if (parsed.GetValue(_json))
            terminal.WriteJson(new Report(result));
        else
            Print(terminal, result);
        return ExitStatus.Success;
    }

    private static void Write(PromotionResult result, string program, string output)
    {
        if (Directory.Exists(output))
            throw LaunchException.Usage("AZ7034", $"{output} is a directory");
        File.WriteAllBytes(output, result.File);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(output, File.GetUnixFileMode(program));
    }

    private static void Print(Terminal terminal, PromotionResult result)
    {
        int sites = result.Sites.Count;
        terminal.WriteLine(sites == 0 ? "no system calls" : $"{result.Promoted} of {sites} system calls promoted, {100.0 * result.Promoted / sites:F1} %");
        foreach ((Refusal refusal, int count) in result.Refused.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key))
        {
            terminal.WriteLine($"{count,4}  {refusal.Text()}");
            foreach (PromotionSite site in result.Sites.Where(site => site.Refusal == refusal))
                terminal.WriteLine($"      {site.Address:x}{(site.Function is { } function ? $" in {function}" : "")}{(NameOf(site.Number) is { } name ? $": {name}" : "")}");
        }
    }

    private static string? NameOf(long? number)
    {
        if (number is not { } known)
            return null;
        ReadOnlySpan<byte> name = SyscallNames.Find((ulong)known, out _);
        return name.IsEmpty ? $"{known}" : Encoding.ASCII.GetString(name);
    }

    /// <summary>The report as JSON.</summary>
    private sealed record Report
    {
        internal Report(PromotionResult result)
        {
            Promoted = result.Promoted;
            Sites = [.. result.Sites.Select(site => new ReportedSite(
                $"0x{site.Address:x}", site.Number, site.Function, site.IsPromoted, site.IsPromoted ? null : site.Refusal.Text(), site.IsPromoted ? $"0x{site.Stub:x}" : null))];
        }

        public int Promoted { get; }

        public ReportedSite[] Sites { get; }
    }

    /// <summary>A site in the report.</summary>
    private sealed record ReportedSite(string Address, long? Number, string? Function, bool Promoted, string? Refusal, string? Stub);
}
