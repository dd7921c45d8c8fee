using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Streams;
using Spectre.Console;

namespace AzaleaOS.Build.Commands;

/// <summary>Where a command writes: results on standard output, everything else on standard error.</summary>
internal sealed class Terminal
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private readonly Lazy<IAnsiConsole> _errors = new(() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    private readonly Lazy<IAnsiConsole> _results = new(() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) }));

    /// <summary>Standard error with colours, if it is a terminal.</summary>
    internal IAnsiConsole Errors => _errors.Value;

    /// <summary>Standard output, byte for byte.</summary>
    internal Stream Output { get; init; } = RawOutput.Standard();

    /// <summary>Standard error, byte for byte.</summary>
    internal Stream Log { get; init; } = Console.OpenStandardError();

    /// <summary>Standard output with colours, if it is a terminal.</summary>
    internal IAnsiConsole Results => _results.Value;

    /// <summary>A line of the result.</summary>
    internal void WriteLine(string line) => Output.Write(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>The result as JSON.</summary>
    internal void WriteJson<T>(T value) => WriteLine(JsonSerializer.Serialize(value, s_json));

    /// <summary>Does something that takes a while: with a spinner if standard error is a terminal, else after one line.</summary>
    internal async Task<T> ProgressAsync<T>(string what, Func<Task<T>> work)
    {
        if (!Errors.Profile.Capabilities.Interactive || Console.IsErrorRedirected)
        {
            Note(what);
            return await work();
        }

        return await Errors.Status().Spinner(Spinner.Known.Dots).StartAsync(Markup.Escape(what), _ => work());
    }

    /// <summary>One line of progress.</summary>
    internal void Note(string text) => Console.Error.WriteLine($"azalea: {text}");

    /// <summary>One line that says what is wrong, one that says what to do.</summary>
    internal void Error(string problem, string? advice = null)
    {
        Console.Error.WriteLine($"azalea: {problem}");
        if (advice is not null)
            Console.Error.WriteLine($"        {advice}");
    }

    /// <summary>Prints an error of any kind and returns the exit status that belongs to it.</summary>
    internal int Report(Exception exception)
    {
        switch (exception)
        {
            case LaunchException launch:
                Error(launch.Problem, launch.Advice);
                return launch.ExitStatus;
            case BuildException build:
                foreach (BuildDiagnostic diagnostic in build.Diagnostics)
                    Console.Error.WriteLine(diagnostic);
                return ExitStatus.Failure;
            case BrokenPipeException:
                return ExitStatus.BrokenPipe;
            case OperationCanceledException:
                return ExitStatus.Interrupted;
            case IOException or UnauthorizedAccessException:
                Error(exception.Message);
                return ExitStatus.NoInput;
            default:
                Error("a defect of this tool:", exception.ToString());
                return ExitStatus.Internal;
        }
    }
}
