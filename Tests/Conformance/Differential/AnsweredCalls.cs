using System.Text.Json;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>The system calls that the kernel has, as its build listed them.</summary>
internal static class AnsweredCalls
{
    private static readonly Lazy<HashSet<int>> s_numbers = new(Read);

    internal static bool Contains(Syscall call) => s_numbers.Value.Contains(call.Number);

    internal static bool Contains(int number) => s_numbers.Value.Contains(number);

    private static HashSet<int> Read()
    {
        // bin/CONFIGURATION/FRAMEWORK/Runner.elf; the list is in obj, below the same names.
        string image = RunnerImage.Path;
        string framework = Path.GetDirectoryName(image)!;
        string configuration = Path.GetDirectoryName(framework)!;
        string project = Path.GetDirectoryName(Path.GetDirectoryName(configuration)!)!;
        string list = Path.Combine(project, "obj", Path.GetFileName(configuration), Path.GetFileName(framework), "azalea", "syscalls.json");
        using var json = JsonDocument.Parse(File.ReadAllText(list));
        return [.. json.RootElement.EnumerateArray().Select(entry => entry.GetProperty("Number").GetInt32())];
    }
}
