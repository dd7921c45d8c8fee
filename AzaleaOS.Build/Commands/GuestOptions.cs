using System.CommandLine;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Commands;

/// <summary>The options that say what runs in the guest: the program, its arguments, files and environment.</summary>
internal sealed class GuestOptions
{
    private readonly Argument<string?> _program = new("PROGRAM")
    {
        Description = "A Linux program of this host. Its path in the guest is the same.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string[]> _arguments = new("ARGUMENTS")
    {
        Description = "Its arguments; those that begin with - go behind --.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string[]> _files = new("--file")
    {
        Description = "A file or folder of this host for the guest, under the same path or another one; may be repeated.",
        HelpName = "HOST[:GUEST]",
    };

    private readonly Option<string[]> _environment = new("--env") { Description = "A variable of the program's environment; may be repeated.", HelpName = "K=V" };
    private readonly Option<string?> _directory = new("--cwd") { Description = "The program's working directory in the guest.", HelpName = "PATH" };
    private readonly Option<bool> _trace = new("--trace") { Description = "Show system calls." };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show the boot log." };
    private readonly Option<string?> _pages = new("--pages") { Description = "When the program's memory gets its frames: eager, at once, so that it has no page faults; lazy, when it is touched.", HelpName = "eager|lazy" };
    private readonly Option<bool> _promote = new("--promote") { Description = "Turn the program's system calls into calls where that is provably safe, which is the default; it is an error if nothing can be said about the program." };
    private readonly Option<bool> _noPromote = new("--no-promote") { Description = "Run the program as it is. Otherwise its system calls become calls where that is provably safe; azalea promote says where it is." };
    private readonly Option<string[]> _options = new("--option") { Description = "Another option of the kernel, such as cores=wait; may be repeated.", HelpName = "WORD" };

    /// <summary>Adds the options to a verb.</summary>
    internal void AddTo(Command command)
    {
        _pages.AcceptOnlyFromAmong("eager", "lazy");
        command.Arguments.Add(_program);
        command.Arguments.Add(_arguments);
        foreach (Option option in (Option[])[_files, _environment, _directory, _trace, _verbose, _pages, _promote, _noPromote, _options])
            command.Options.Add(option);
    }

    /// <summary>What a command line asks to run.</summary>
    internal GuestProgram Describe(ParseResult parsed, CommandContext context)
    {
        string[] environment = parsed.GetValue(_environment) ?? [];
        if (environment.FirstOrDefault(variable => variable.IndexOf('=') < 1) is { } wrong)
            throw LaunchException.Usage("AZ7030", $"--env {wrong}: give NAME=VALUE");
        if (parsed.GetValue(_directory) is { } directory && !directory.StartsWith('/'))
            throw LaunchException.Usage("AZ7031", $"--cwd {directory}: a path in the guest starts with /");

        if (parsed.GetValue(_promote) && parsed.GetValue(_noPromote))
            throw LaunchException.Usage("AZ7042", "--promote and --no-promote together", "give one of them");

        // "run -- /bin/ls -l": the program itself may stand behind the separator.
        List<string> words = [.. parsed.GetValue(_program) is { } program ? [program] : Array.Empty<string>(), .. parsed.GetValue(_arguments) ?? [], .. context.ProgramArguments];
        return new GuestProgram
        {
            Program = words.Count > 0 ? words[0] : null,
            Promote = parsed.GetValue(_promote) ? true : parsed.GetValue(_noPromote) ? false : null,
            Arguments = words.Count > 0 ? words[1..] : [],
            Files = parsed.GetValue(_files) ?? [],
            Environment = environment,
            WorkingDirectory = parsed.GetValue(_directory),
            KernelOptions =
            [
                .. parsed.GetValue(_trace) ? ["trace"] : Array.Empty<string>(),
                .. parsed.GetValue(_verbose) ? ["verbose"] : Array.Empty<string>(),
                .. parsed.GetValue(_pages) is { } pages ? [$"pages={pages}"] : Array.Empty<string>(),
                .. parsed.GetValue(_options) ?? [],
            ],
        };
    }
}
