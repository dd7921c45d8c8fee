using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Streams;
using AzaleaOS.Sideloader.Unikernels;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AzaleaOS.Sideloader.Commands;

/// <summary>Where commands write: results on standard output, everything else on standard error.</summary>
internal static class Reporting
{
    private const int WidestLine = 4096;

    /// <summary>Does something, and turns whatever goes wrong into one line and an exit status.</summary>
    internal static int Run(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (CommandException e)
        {
            return Fail(e.Message, e.Status);
        }
        catch (LaunchException e)
        {
            return Fail(e.Advice is null ? e.Problem : $"{e.Problem} ({e.Advice})", e.ExitStatus);
        }
        catch (BrokenPipeException)
        {
            return ExitStatus.BrokenPipe;
        }
        catch (OperationCanceledException)
        {
            return ExitStatus.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            return Fail(e.Message.ReplaceLineEndings(" "), ExitStatus.Unavailable);
        }
        catch (Exception e)
        {
            return Fail($"a defect of this program: {e}", ExitStatus.Internal);
        }
    }

    /// <summary>One line that says what is wrong.</summary>
    internal static int Fail(string problem, int status)
    {
        Say(problem);
        return status;
    }

    /// <summary>One line on standard error.</summary>
    /// <remarks>Without the console layer of .NET, which writes control sequences to a terminal.</remarks>
    internal static void Say(string line) => SayAsIs($"sideloader: {line}");

    /// <summary>One line on standard error, without the command's name before it.</summary>
    internal static void SayAsIs(string line)
    {
        using Stream errors = RawOutput.Error();
        errors.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }

    /// <summary>A table on standard output: as wide as it is, unless a terminal has an end.</summary>
    internal static void Table(IRenderable table)
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidestLine;
        AnsiConsole.Write(table);
    }

    /// <summary>A value as JSON on standard output.</summary>
    internal static void Json<T>(T value, JsonTypeInfo<T> type) => Console.WriteLine(JsonSerializer.Serialize(value, type));
}
