using System.Buffers.Binary;
using System.Text;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Tests.Unit.Launching;

namespace AzaleaOS.Tests.Unit.Images;

public sealed class IsoImageTests : IDisposable
{
    private const long LargestImage = 1_600_000;

    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("azalea-test-");

    public void Dispose() => _work.Delete(recursive: true);

    [Fact]
    public void Two_builds_are_the_same_bytes_and_small()
    {
        IsoRequest request = Request(["verbose", "--", "/bin/sh"]);
        IsoImage.Write(request);
        Thread.Sleep(1100);                            // a date would show
        IsoImage.Write(request with { Output = request.Output + ".2" });
        Assert.Equal(File.ReadAllBytes(request.Output), File.ReadAllBytes(request.Output + ".2"));
        Assert.InRange(new FileInfo(request.Output).Length, 1, LargestImage);
    }

    [Theory]
    [InlineData(MachineKind.Q35, Firmware.Bios)]
    [InlineData(MachineKind.Pc, Firmware.Bios)]
    [InlineData(MachineKind.Q35, Firmware.Uefi)]
    [InlineData(MachineKind.Bochs, Firmware.Bios)]
    public void It_boots_and_the_command_line_arrives_word_for_word_and_no_boot_text_with_it(MachineKind kind, Firmware firmware)
    {
        string[] words = ["verbose", "--", "/bin/a b", "it's", "\"q\\", "$HOME", "a;b", "{1,2}", "*", "#", "ü"];
        MachineResult result = Machine.Run(new MachineDescription
        {
            Kernel = Kernel(),
            CommandLine = words,
            Boot = BootMethod.Iso,
            Kind = kind,
            Firmware = firmware,
            Timeout = TimeSpan.FromSeconds(120),
        });
        Assert.True(result.Status == 5, result.ToString());
        Assert.Equal(words, KernelCommandLine.Split(result.Output.TrimEnd('\n')));
    }

    [Fact]
    public void A_kernel_that_the_boot_loader_refuses_ends_with_its_reason()
    {
        MachineResult result = Machine.Run(new MachineDescription { Kernel = "/bin/true", Boot = BootMethod.Iso, Timeout = TimeSpan.FromSeconds(60) });
        Assert.Equal((MachineEnding.NoExitRecord, ""), (result.Ending, result.Output));
        Assert.Contains(result.EmulatorMessages, line => line.Contains("no multiboot header found", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    public void A_word_that_GRUB_cannot_carry_is_refused(string word)
        => Assert.Equal(ExitStatus.Usage, Assert.Throws<LaunchException>(() => IsoImage.Write(Request([word]))).ExitStatus);

    [Fact]
    public void A_missing_tool_is_named_with_the_command_that_installs_it()
    {
        LaunchException error = Assert.Throws<LaunchException>(() => IsoImage.Write(Request([]), new HostTools([])));
        Assert.Equal(ExitStatus.Unavailable, error.ExitStatus);
        Assert.Contains("grub-mkimage is not installed", error.Problem, StringComparison.Ordinal);
        Assert.Contains("azalea doctor --install", error.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(700_000)]
    public void The_EFI_partition_holds_the_program_where_the_firmware_looks(int size)
    {
        byte[] program = new byte[size];
        new Random(size).NextBytes(program);
        byte[] image = FatImage.Create(program);

        // Read as the specification says, with nothing known but the boot sector.
        int fat = 512 * BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(14));
        int fatSize = 512 * BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(22));
        int root = fat + (image[16] * fatSize);
        int data = root + (32 * BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(17)));
        Assert.Equal(image.Length, 512 * BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(19)));
        Assert.Equal(image[fat..(fat + fatSize)], image[(fat + fatSize)..(fat + (2 * fatSize))]);
        int efi = Find(root, "EFI        ").Cluster;
        int boot = Find(data + ((efi - 2) * 512), "BOOT       ").Cluster;
        (int cluster, int length) = Find(data + ((boot - 2) * 512), "BOOTX64 EFI");
        Assert.Equal(size, length);
        var content = new List<byte>();
        for (; cluster < 0xFF8; cluster = Next(cluster))
            content.AddRange(image.AsSpan(data + ((cluster - 2) * 512), 512));
        Assert.Equal(program, content.Take(length));

        (int Cluster, int Length) Find(int directory, string name)
        {
            while (Encoding.ASCII.GetString(image, directory, 11) != name)
            {
                Assert.NotEqual(0, image[directory]);
                directory += 32;
            }

            return (BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(directory + 26)), BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(directory + 28)));
        }

        int Next(int current)
        {
            int pair = BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(fat + (current * 3 / 2)));
            return current % 2 == 0 ? pair & 0xFFF : pair >> 4;
        }
    }

    private string Kernel() => new TinyKernel { EchoCommandLine = true, LastOutput = "\u001Eazalea: exit 5\n"u8.ToArray() }.Write(Path.Combine(_work.FullName, "kernel.elf"));

    private IsoRequest Request(string[] words) => new() { Kernel = Kernel(), CommandLine = words, Output = Path.Combine(_work.FullName, "a.iso") };
}
