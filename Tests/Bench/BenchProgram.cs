using AzaleaOS.Bench.Files;
using AzaleaOS.Bench.Offload;
using AzaleaOS.Bench.Reports;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Bench;

/// <summary>What <c>azalea bench</c> runs: <c>getpid|micro|dotnet|offload|files [--json] [--output FOLDER]</c>.</summary>
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
            if (arguments is [OffloadPeer.Word, var socket, var root, var spin])
            {
                OffloadPeer.Serve(socket, root, spin);
                return ExitStatus.Success;
            }

            if (!TryParse(arguments, out string name, out bool json, out string folder))
            {
                Console.Error.WriteLine("azalea: usage: azalea bench getpid|micro|dotnet|offload|files [--json] [--output FOLDER]");
                return ExitStatus.Usage;
            }

            string work = Path.Combine(SourceTree.Root, "Tests", "Bench", "obj", "programs");
            IReport report = name switch
            {
                "micro" => new MicroReport(new MicroBench(work, Note).Run(cancellation.Token)),
                "dotnet" => new DotNetReport(new DotNetBench(work, Note).Run(cancellation.Token)),
                "offload" => new OffloadReport(new OffloadBench(work, Note).Run(cancellation.Token)),
                "files" => new FilesReport(new FilesBench(work, Note).Run(cancellation.Token)),
                _ => new GetPidReport(new GetPidBench(work, Note).Run(cancellation.Token)),
            };
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
        catch (IOException e)
        {
            Console.Error.WriteLine($"azalea: {e.Message}");
            return ExitStatus.Failure;
        }
        catch (OperationCanceledException)
        {
            return ExitStatus.Interrupted;
        }
    }

    private static void Note(string text) => Console.Error.WriteLine($"azalea: {text}");

    private static bool TryParse(string[] arguments, out string name, out bool json, out string folder)
    {
        json = false;
        folder = Path.Combine(SourceTree.Root, "Tests", "Bench", "bin", "results");
        name = "";
        if (arguments is not [("getpid" or "micro" or "dotnet" or "offload" or "files") and var bench, .. var options])
            return false;
        name = bench;
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
