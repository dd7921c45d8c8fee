using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Linking;
using AzaleaOS.Tests.Unit.Pipeline;

namespace AzaleaOS.Tests.Unit.Linking;

/// <summary>The file; that it boots is shown by the tests of linked programs.</summary>
public sealed class LinkedImageTests
{
    [Fact]
    public void The_program_is_one_more_segment_behind_the_kernels_and_nothing_else_moves_in_memory()
    {
        ElfFile packed = Packed();
        ElfFile image = ElfFile.Parse(LinkedImage.Join(packed, ["--", "/a b"], Files()), "image");
        Assert.Equal(packed.Entry, image.Entry);
        Assert.Equal(packed.Segments.Count + 1, image.Segments.Count);
        foreach ((ElfSegment old, ElfSegment now) in packed.Segments.Zip(image.Segments))
        {
            Assert.Equal((old.Type, old.PhysicalAddress, old.MemorySize, old.Alignment), (now.Type, now.PhysicalAddress, now.MemorySize, now.Alignment));
            Assert.Equal(0ul, now.Offset % 8);
        }

        ElfSegment kernel = packed.Segments.Last(s => s.Type == ElfSegmentType.Load);
        ElfSegment program = image.Segments[^1];
        Assert.Equal((kernel.PhysicalAddress + kernel.MemorySize + 4095) & ~4095ul, program.PhysicalAddress);
        byte[] bytes = image.Contents(program).ToArray();
        Assert.Equal("-- \"/a b\"\0", Encoding.ASCII.GetString(bytes, 0, 10));
        Assert.Equal("070701", Encoding.ASCII.GetString(bytes, LinkedProgram.Alignment, 6));
        byte[] place = [.. "AZLINKED"u8, .. BitConverter.GetBytes((uint)program.PhysicalAddress), .. BitConverter.GetBytes((uint)bytes.Length)];
        Assert.True(image.Contents(image.Segments[1]).IndexOf(place) > 0);
    }

    [Fact]
    public void Its_command_line_can_be_read_and_a_kernel_alone_has_none()
    {
        using var folder = new TemporaryFolder();
        ElfFile packed = Packed();
        File.WriteAllBytes(folder["kernel"], packed.Bytes.ToArray());
        File.WriteAllBytes(folder["image"], LinkedImage.Join(packed, ["verbose", "--", "/x"], Files()));
        File.WriteAllBytes(folder["text"], "no ELF file"u8.ToArray());
        Assert.Equal("verbose -- /x", LinkedImage.CommandLineOf(folder["image"]));
        Assert.Null(LinkedImage.CommandLineOf(folder["kernel"]));
        Assert.Null(LinkedImage.CommandLineOf(folder["text"]));
        Assert.Null(LinkedImage.CommandLineOf(folder["missing"]));
    }

    [Fact]
    public void Its_program_can_be_read_and_a_kernel_alone_has_none()
    {
        var files = new Initramfs();
        byte[] program = [.. "\u007fELF"u8, .. Enumerable.Range(0, 70_000).Select(i => (byte)(i * 7))];
        files.AddContent("/a", "another file"u8.ToArray());
        files.AddContent("/app/my program", program);
        files.AddContent("/z", "one more"u8.ToArray());
        byte[]? Read(params string[] words) => LinkedContent.ProgramOf(ElfFile.Parse(LinkedImage.Join(Packed(), words, files), "image"));
        Assert.Equal(program, Read("verbose", "--", "/app/my program", "/a"));
        Assert.Equal("one more"u8.ToArray(), Read("--", "/z"));
        Assert.Null(Read("--", "/app"));
        Assert.Null(Read("--"));
        Assert.Null(Read("/z"));
        Assert.Null(LinkedContent.ProgramOf(Packed()));
    }

    [Fact]
    public void A_damaged_archive_has_no_program_or_the_right_one()
    {
        using var stream = new MemoryStream();
        Files().Write(stream);
        byte[] archive = stream.ToArray();
        Assert.True(CpioReader.TryFind(archive, "/x", out ReadOnlySpan<byte> found) && found.Length == 5000);
        for (int length = 0; length < 5000; length++)
            Assert.False(CpioReader.TryFind(archive.AsSpan(0, length), "/x", out _));
        for (int at = 0; at < 110; at++)
        {
            byte[] damaged = [.. archive];
            damaged[at] = (byte)'F';
            if (CpioReader.TryFind(damaged, "/x", out found))
                Assert.InRange(found.Length, 0, archive.Length);
        }
    }

    [Fact]
    public void A_kernel_that_is_not_packed_or_has_a_program_gets_none()
    {
        using var kernel = Whole();
        Assert.Equal("AZ5009", Assert.Single(Assert.Throws<BuildException>(() => LinkedImage.Join(kernel.Link(), ["--", "/x"], Files())).Diagnostics).Code);
        ElfFile image = ElfFile.Parse(LinkedImage.Join(Packed(), ["--", "/x"], Files()), "image");
        Assert.Equal("AZ5009", Assert.Single(Assert.Throws<BuildException>(() => LinkedImage.Join(image, ["--", "/x"], Files())).Diagnostics).Code);
    }

    private static Initramfs Files()
    {
        var files = new Initramfs();
        files.AddContent("/x", new byte[5000]);
        return files;
    }

    private static ElfFile Packed()
    {
        using SmallKernel kernel = Whole();
        return ElfFile.Parse(PackedImage.Of(kernel.Link()), "packed");
    }

    private static SmallKernel Whole() => new(k =>
    {
        k.Add("azalea_entry_tsc", a => a.Quadword(0), section: ".data");
        k.Add("azalea_linked_program", a => a.Quadword(0), section: ".data");
    });
}
