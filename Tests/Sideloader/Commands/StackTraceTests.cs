using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Sideloader.Driving;
using AzaleaOS.Tests.Sideloader.Unikernels;

namespace AzaleaOS.Tests.Sideloader.Commands;

/// <summary>An exception that nobody catches, in a C# program under the command.</summary>
public sealed class StackTraceTests : IDisposable
{
    private const string Announcement = "sideloader: where the exception came from:\n";

    private readonly SideloaderProcess _sideloader = new();

    public StackTraceTests() => _sideloader.Environment["AZALEA_IMAGE"] = Unikernel.Image("Sideloaded");

    public void Dispose() => _sideloader.Dispose();

    [Theory]
    [InlineData("null-unhandled", "Faults.Read(Faults.Box)", "Faults.cs", "=> box!.Value")]
    [InlineData("unhandled", "Program.<Main>d__0.MoveNext()", "Program.cs", "nobody catches this")]
    public void It_is_told_with_method_file_and_line_behind_what_NET_says(string word, string method, string file, string line)
    {
        (int status, string output, string errors) = _sideloader.Run("run", ProgramStore.Find("csharp-exec"), "--mem", "256M", "--", word);
        Assert.Equal(134, status);
        Assert.Equal("", output);
        string[] parts = errors.Split(Announcement);
        Assert.True(parts.Length == 2, errors);
        Assert.StartsWith("Unhandled exception. ", parts[0], StringComparison.Ordinal);
        Assert.StartsWith("Unhandled exception. ", parts[1], StringComparison.Ordinal);
        string frame = parts[1].Split('\n').First(text => text.Contains(method, StringComparison.Ordinal));
        int number = Array.FindIndex(File.ReadAllLines(Path.Combine(ProgramRecipe.SourcesRoot, "CSharp", file)), text => text.Contains(line, StringComparison.Ordinal)) + 1;
        Assert.EndsWith($"/CSharp/{file}:line {number}", frame, StringComparison.Ordinal);
    }
}
