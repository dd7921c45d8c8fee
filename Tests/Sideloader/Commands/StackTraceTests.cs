using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Linking;
using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Sideloader.Driving;
using AzaleaOS.Tests.Sideloader.Unikernels;

namespace AzaleaOS.Tests.Sideloader.Commands;

/// <summary>An exception that nobody catches, in a C# program under the command.</summary>
public sealed class StackTraceTests : IDisposable
{
    private const string Announcement = "sideloader: where the exception came from:\n";

    private readonly SideloaderProcess _sideloader = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("azalea-trace-");

    public StackTraceTests() => _sideloader.Environment["AZALEA_IMAGE"] = Unikernel.Image("Sideloaded");

    public void Dispose()
    {
        _sideloader.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("null-unhandled", "Faults.Read(Faults.Box)", "Faults.cs", "=> box!.Value")]
    [InlineData("unhandled", "Program.<Main>d__0.MoveNext()", "Program.cs", "nobody catches this")]
    public void It_is_told_with_method_file_and_line_behind_what_NET_says(string word, string method, string file, string line)
    {
        (int status, string output, string errors) = _sideloader.Run("run", ProgramStore.Find("csharp-exec"), "--mem", "256M", "--", word);
        Assert.Equal(134, status);
        Assert.Equal("", output);
        MustTell(errors, method, file, line);
    }

    [Fact]
    public void In_the_background_it_is_in_the_log_that_is_followed_to_the_unikernels_end()
    {
        string id = _sideloader.Succeed("start", ProgramStore.Find("csharp-exec"), "--mem", "256M", "--", "null-unhandled").Trim();
        MustTell(_sideloader.Succeed("logs", "--follow", id), "Faults.Read(Faults.Box)", "Faults.cs", "=> box!.Value");
        Assert.Equal(134, _sideloader.Run("wait", id).Status);
    }

    [Theory]
    [InlineData("Sideloaded")]
    [InlineData("Runner", "--console")]
    public void It_is_told_of_a_program_in_its_image_whether_the_image_has_the_driver_or_not(string kernel, params string[] options)
    {
        string program = ProgramStore.Find("csharp-exec");
        string image = Path.Combine(_folder.FullName, "image.elf");
        var files = new Initramfs();
        files.AddHost(program, "/app/program");
        File.WriteAllBytes(image, LinkedImage.Join(ElfFile.Open(Unikernel.Image(kernel)), ["--", "/app/program", "null-unhandled"], files));
        File.Copy(program + ".dbg", Path.Combine(_folder.FullName, Path.GetFileName(program) + ".dbg"));

        (int status, string output, string errors) = _sideloader.Run(["run", image, "--mem", "256M", .. options]);
        Assert.Equal(134, status);
        Assert.Equal("", output);
        MustTell(errors, "Faults.Read(Faults.Box)", "Faults.cs", "=> box!.Value");
    }

    private static void MustTell(string said, string method, string file, string line)
    {
        string[] parts = said.Split(Announcement);
        Assert.True(parts.Length == 2, said);
        Assert.StartsWith("Unhandled exception. ", parts[0], StringComparison.Ordinal);
        Assert.StartsWith("Unhandled exception. ", parts[1], StringComparison.Ordinal);
        string frame = parts[1].Split('\n').First(text => text.Contains(method, StringComparison.Ordinal));
        int number = Array.FindIndex(File.ReadAllLines(Path.Combine(ProgramRecipe.SourcesRoot, "CSharp", file)), text => text.Contains(line, StringComparison.Ordinal)) + 1;
        Assert.EndsWith($"/CSharp/{file}:line {number}", frame, StringComparison.Ordinal);
    }
}
