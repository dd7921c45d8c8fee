using System.Diagnostics;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Starts this program once more.</summary>
internal static class OwnProgram
{
    /// <summary>The words of its command line: itself, and the assembly where it runs on the .NET host.</summary>
    internal static IReadOnlyList<string> Words { get; } = FindWords();

    /// <summary>A start of it with these arguments, and this process's standard streams.</summary>
    internal static ProcessStartInfo Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Words[0]) { UseShellExecute = false };
        foreach (string word in Words.Skip(1).Concat(arguments))
            start.ArgumentList.Add(word);
        return start;
    }

    private static string[] FindWords()
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("this process has no program file");
        return Path.GetFileName(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, "sideloader.dll")] : [program];
    }
}
