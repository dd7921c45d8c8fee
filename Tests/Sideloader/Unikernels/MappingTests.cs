using System.Buffers.Binary;
using System.Globalization;
using AzaleaOS.Sideloader.Offload;

namespace AzaleaOS.Tests.Sideloader.Unikernels;

/// <summary>Mappings of the peer's files.</summary>
public sealed class MappingTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("azalea-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Mapped_files_are_shared_written_back_and_cut_as_on_Linux()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("mappings", program);
        string linux = Directory.CreateDirectory(Path.Combine(_directory, "linux")).FullName;
        string root = Directory.CreateDirectory(Path.Combine(_directory, "unikernel")).FullName;
        (int status, string expected) = HostProgram.Run(program, linux);

        using var unikernel = new Unikernel(program, new OffloadOptions { Root = root, Cores = 2 }, []);
        (int Status, string Output) result = unikernel.Wait();

        Assert.Equal(expected, result.Output);
        Assert.Equal(status, result.Status);
        foreach (string file in (string[])["end", "words"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(linux, file)), File.ReadAllBytes(Path.Combine(root, file)));
    }

    [Fact]
    public void A_file_of_twice_the_memory_can_be_mapped_read_and_written_and_costs_nothing_untouched()
    {
        const int Pages = 512 << 20 >> 12;
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("large", program);
        string path = Path.Combine(_directory, "large");
        using (FileStream made = File.Create(path))
            made.SetLength((long)Pages << 12);

        using var unikernel = new Unikernel(program, new OffloadOptions { Root = _directory, Cores = 1 }, []);
        (int status, string output) = unikernel.Wait();

        Assert.Equal(0, status);
        string[] lines = output.Split('\n');
        Assert.InRange(int.Parse(lines[0]["taken ".Length..], CultureInfo.InvariantCulture), 0, 64);
        long sum = 0;
        for (long page = 0; page < Pages; page += 97)
            sum += page + 1;
        Assert.Equal($"sum {sum}", lines[1]);

        // Each page has its number, and nothing of the private mapping.
        using FileStream file = File.OpenRead(path);
        byte[] bytes = new byte[16];
        for (long page = 0; page < Pages; page += 31)
        {
            file.Position = page << 12;
            file.ReadExactly(bytes);
            Assert.Equal(page + 1, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)));
        }
    }
}
