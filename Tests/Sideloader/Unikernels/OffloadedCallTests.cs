using AzaleaOS.Sideloader.Offload;

namespace AzaleaOS.Tests.Sideloader.Unikernels;

/// <summary>A program does on the unikernel, with the files of its peer, what it does on Linux.</summary>
public sealed class OffloadedCallTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("azalea-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void File_system_calls_have_the_results_of_Linux()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("files", program);
        (int status, string expected) = HostProgram.Run(program, MakeTree("linux"));

        string root = MakeTree("unikernel");
        using var unikernel = new Unikernel(program, new OffloadOptions { Root = root, Cores = 2 }, []);
        (int Status, string Output) result = unikernel.Wait();

        AssertAlike(expected, result.Output);
        Assert.Equal(status, result.Status);
        Assert.Equal(status << 8, unikernel.Device.ExitStatus);
    }

    private static void AssertAlike(string linux, string unikernel)
    {
        string[] expected = linux.Split('\n');
        string[] found = unikernel.Split('\n');
        string[] differences = [.. expected.Zip(found).Where(pair => pair.First != pair.Second).Select(pair => $"Linux: {pair.First} unikernel: {pair.Second}")];
        Assert.True(differences.Length == 0, string.Join('\n', differences));
        Assert.Equal(expected.Length, found.Length);
    }

    private string MakeTree(string name)
    {
        string root = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        File.WriteAllText(Path.Combine(root, "given"), "0123456789");
        return root;
    }
}
