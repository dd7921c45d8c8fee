using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Bench;

/// <summary>What <c>azalea bench</c> runs: <c>getpid [--json] [--output FOLDER]</c>.</summary>
internal static class BenchProgram
{
    /// <summary>Measures, shows, saves. Results go to standard output, all else to standard error.</summary>
    internal static int Run(string[] arguments)
    {
        using var cancellation = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            cancellation.Cancel();
        };
        try
        {
            if (!TryParse(arguments, out bool json, out string folder))
            {
                Console.Error.WriteLine("azalea: usage: azalea bench getpid [--json] [--output FOLDER]");
                return ExitStatus.Usage;
            }

            string work = Path.Combine(SourceTree.Root, "Tests", "Bench", "obj", "programs");
            IReadOnlyList<Measurement> all = new GetPidBench(work, text => Console.Error.WriteLine($"azalea: {text}")).Run(cancellation.Token);
            var report = new GetPidReport(all);
            report.Save(folder);
            Console.Out.WriteLine(json ? report.Json : report.Text);
            Console.Error.WriteLine($"azalea: saved in {folder}");
            return ExitStatus.Success;
        }
        catch (LaunchException e)
        {
            Console.Error.WriteLine($"azalea: {e.Problem}");
            if (e.Advice is not null)
                Console.Error.WriteLine($"        {e.Advice}");
            return e.ExitStatus;
        }
        catch (OperationCanceledException)
        {
            return ExitStatus.Interrupted;
        }
    }

    private static bool TryParse(string[] arguments, out bool json, out string folder)
    {
        json = false;
        folder = Path.Combine(SourceTree.Root, "Tests", "Bench", "bin", "results");
        if (arguments is not ["getpid", .. var options])
            return false;
        for (int i = 0; i < options.Length; i++)
        {
            if (options[i] == "--json")
                json = true;
            else if (options[i] == "--output" && i + 1 < options.Length)
                folder = Path.GetFullPath(options[++i]);
            else
                return false;
        }

        return true;
    }
}
