using System.CommandLine;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.StackTraces;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea symbolize</c>: adds files and lines to the stack traces in a text.</summary>
internal sealed class SymbolizeCommand : Command, IHasExamples
{
    private readonly Argument<string> _program = new("PROGRAM") { Description = "The C# program's executable; its .dbg file lies beside it." };

    private SymbolizeCommand(CommandContext context)
        : base("symbolize", "Copy standard input to standard output, and add file and line to each frame of a C# program's stack traces.")
    {
        Arguments.Add(_program);
        SetAction(parsed => Run(context, parsed.GetRequiredValue(_program)));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "azalea symbolize bin/Release/net10.0/Hello.elf",
    ];

    internal static SymbolizeCommand Create(CommandContext context) => new(context);

    private static int Run(CommandContext context, string program)
    {
        TraceSymbols symbols = TraceSymbols.Load(GuestProgram.FindProgram(program))
            ?? throw LaunchException.NoInput("AZ7051", $"{program} has no debug information, and there is no .dbg file of it", "keep the .dbg file beside the program");
        while (Console.In.ReadLine() is { } line)
            context.Terminal.WriteLine(UnhandledException.WithLine(line, symbols));
        return ExitStatus.Success;
    }
}
