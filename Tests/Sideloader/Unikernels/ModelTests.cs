using System.Globalization;
using AzaleaOS.Sideloader.Offload;
using Xunit.Abstractions;

namespace AzaleaOS.Tests.Sideloader.Unikernels;

/// <summary>Random operations of a program on the unikernel leave the peer's file as a model in the program's memory has it.</summary>
public sealed class ModelTests(ITestOutputHelper output) : IDisposable
{
    private const int Operations = 10_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("azalea-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Ten_thousand_random_operations_leave_the_file_of_the_model()
    {
        // Another sequence each time; whoever wants one again gives its seed.
        string seed = Environment.GetEnvironmentVariable("AZALEA_MODEL_SEED") ?? Random.Shared.Next().ToString(CultureInfo.InvariantCulture);
        output.WriteLine($"AZALEA_MODEL_SEED={seed}");
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("model", program);
        string root = Directory.CreateDirectory(Path.Combine(_directory, "root")).FullName;

        using var unikernel = new Unikernel(program, new OffloadOptions { Root = root, Cores = 2 }, [seed, $"{Operations}"]);
        (int status, string said) = unikernel.Wait();

        Assert.True(status == 0, $"AZALEA_MODEL_SEED={seed}: {said}");
        byte[] file = File.ReadAllBytes(Path.Combine(root, "model.file"));
        string found = $"steps {Operations} size {file.Length} sum {Sum(file):x16}\n";
        Assert.True(found == said, $"AZALEA_MODEL_SEED={seed}: the program says {said} the file has {found}");
    }

    // FNV-1a, as the program has it.
    private static ulong Sum(byte[] bytes) => bytes.Aggregate(14695981039346656037, (sum, value) => (sum ^ value) * 1099511628211);
}
