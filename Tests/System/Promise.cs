using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Machines;

/// <summary>Boots the image of promises with one test selected.</summary>
internal static class Promise
{
    /// <summary>The kernel, as QEMU's -kernel takes it.</summary>
    internal static string Kernel => InOutput("Promises.stripped.elf");

    /// <summary>The same with symbols.</summary>
    internal static string KernelWithSymbols => InOutput("Promises.elf");

    /// <summary>The machine that most tests use.</summary>
    internal static MachineDescription Machine => new() { Kernel = Kernel, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>The machine with a test, and further options.</summary>
    internal static MachineDescription Test(this MachineDescription machine, string name, params string[] options)
        => machine with { CommandLine = [.. options, $"test={name}"] };

    /// <summary>Runs a machine to its end.</summary>
    internal static Task<MachineResult> Run(this MachineDescription machine) => Build.Launching.Machine.RunAsync(machine);

    /// <summary>The machine ended by itself, with status 0, and the promise was kept.</summary>
    internal static async Task IsKept(this MachineDescription machine)
    {
        MachineResult result = await machine.Run();
        Assert.True(result is { Ending: MachineEnding.Exited, Status: 0 } && result.Output.EndsWith("kept\n", StringComparison.Ordinal), result.ToString());
    }

    /// <summary>The machine ended by itself with a status, and a line of its log holds a text.</summary>
    internal static async Task<MachineResult> Ends(this MachineDescription machine, int status, string text)
    {
        MachineResult result = await machine.Run();
        Assert.True(
            result.Ending == MachineEnding.Exited && result.Status == status && result.Log.Contains(text, StringComparison.Ordinal),
            $"expected status {status} and: {text}\n{result}");
        return result;
    }

    // The image is built by its own project, in the same configuration as the tests.
    private static string InOutput(string file)
    {
        DirectoryInfo output = new(AppContext.BaseDirectory);
        string framework = output.Name;
        string configuration = output.Parent!.Name;
        string tests = output.Parent.Parent!.Parent!.FullName;
        return Path.Combine(tests, "Images", "Promises", "bin", configuration, framework, file);
    }
}
