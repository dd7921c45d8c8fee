using AzaleaOS.Abi;
using AzaleaOS.Boot;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Boot;

public sealed class Multiboot2Tests
{
    private const ulong Address = 0x1_2340;

    [Fact]
    public void What_GRUB_says_is_understood()
    {
        using GuardedMemory memory = Load(Multiboot2Builder.Typical()
            .Tag(8, [.. Multiboot2Builder.Bytes(0xb8000UL), .. Multiboot2Builder.Bytes(160u), .. Multiboot2Builder.Bytes(80u), .. Multiboot2Builder.Bytes(25u), 16, 2, 0, 0])
            .Tag(14, new byte[20])
            .End());
        BootReading reading = Read(memory);

        Assert.Equal(BootError.None, reading.Error);
        Assert.Equal("verbose -- /bin/true", reading.CommandLine);
        Assert.Equal(1, reading.Info.ModuleCount);
        Assert.Equal((0x20_0000UL, 0x10_0123UL, 9), (reading.Info.Modules[0].Start.Value, reading.Info.Modules[0].Length, reading.Info.Modules[0].NameLength));
        Assert.True(memory.Window.TryGetString(reading.Info.Modules[0].Name, 100, out ByteString name) && name.Span.SequenceEqual("initramfs"u8));
        Assert.Equal((0xb8000UL, 80u, 25u, true), (reading.Info.Framebuffer.Address.Value, reading.Info.Framebuffer.Width, reading.Info.Framebuffer.Height, reading.Info.Framebuffer.IsText));
        Assert.InRange(reading.Info.Rsdp.Value, Address, Address + 400);

        Assert.Equal(MemoryKind.Reserved, reading.KindAt(0x9_f000));
        Assert.Equal(MemoryKind.BootData, reading.KindAt(Address));
        Assert.Equal(MemoryKind.Usable, reading.KindAt(0x18_0000));
        Assert.Equal(MemoryKind.Module, reading.KindAt(0x30_0fff));
        Assert.Equal(MemoryKind.Usable, reading.KindAt(0x30_1000));
        Assert.Equal(MemoryKind.AcpiReclaimable, reading.KindAt(0xffe_0000));
        Assert.Equal(0x9_e000UL, reading.Info.TrampolinePage.Value);
    }

    [Fact]
    public void The_newer_ACPI_pointer_wins_in_either_order()
    {
        using GuardedMemory first = Load(Multiboot2Builder.Typical().Tag(15, new byte[36]).Tag(14, new byte[20]).End());
        using GuardedMemory last = Load(Multiboot2Builder.Typical().Tag(14, new byte[20]).Tag(15, new byte[36]).End());

        // The old one's tag is 28 bytes, padded to 32.
        Assert.Equal(32UL, Read(last).Info.Rsdp.Value - Read(first).Info.Rsdp.Value);
    }

    public static TheoryData<byte[], string> BrokenInformation => new()
    {
        { new Multiboot2Builder().End(), nameof(BootError.NoMemoryMap) },
        { Multiboot2Builder.Typical().WithSize(), nameof(BootError.NoEndTag) },
        { Multiboot2Builder.Typical().Raw(99, 7).WithSize(), nameof(BootError.TagTooShort) },
        { Multiboot2Builder.Typical().Raw(99, 0).WithSize(), nameof(BootError.TagTooShort) },
        { Multiboot2Builder.Typical().Raw(99, 9).WithSize(), nameof(BootError.TagPastEnd) },
        { Multiboot2Builder.Typical().Raw(6, 0xffff_fff8).WithSize(), nameof(BootError.TagPastEnd) },
        { Multiboot2Builder.Typical().Raw(3, uint.MaxValue).WithSize(), nameof(BootError.TagPastEnd) },
        { Multiboot2Builder.Typical().Tag(3, [1, 2, 3]).End(), nameof(BootError.TagTooShort) },
        { Multiboot2Builder.Typical().Tag(6, [1, 2, 3]).End(), nameof(BootError.TagTooShort) },
        { Multiboot2Builder.Typical().Tag(6, [0, 0, 0, 0, 0, 0, 0, 0]).End(), nameof(BootError.TagTooShort) },
        { Multiboot2Builder.Typical().Tag(8, [1, 2, 3]).End(), nameof(BootError.TagTooShort) },
        { Multiboot2Builder.Typical().Tag(1, "no end"u8.ToArray()).End(), nameof(BootError.CommandLineTooLong) },
        { Multiboot2Builder.Typical().Tag(1, []).End(), nameof(BootError.CommandLineTooLong) },
        { Multiboot2Builder.Typical().CommandLine(new string('x', 4096)).End(), nameof(BootError.CommandLineTooLong) },
        { Multiboot2Builder.Typical().Module(0x40_0000, 0x40_0000, "empty").End(), nameof(BootError.BadModule) },
        { Multiboot2Builder.Typical().Module(0x40_0000, 0x3f_0000, "backwards").End(), nameof(BootError.BadModule) },
        { Multiboot2Builder.Typical().Module(0x17_ffff, 0x18_0001, "on the kernel").End(), nameof(BootError.ModuleOverlapsKernel) },
        { Multiboot2Builder.Typical().Module(0xf_ffff, 0x1000_0000, "around the kernel").End(), nameof(BootError.ModulesOverlap) },
        { Multiboot2Builder.Typical().Module(0x30_0122, 0x31_0000, "on the other").End(), nameof(BootError.ModulesOverlap) },
        { Multiboot2Builder.Typical().Module(0xa000_0000, 0xa000_1000, "in no memory").End(), nameof(BootError.ModuleOutsideMemory) },
        { Multiboot2Builder.Typical().Module(0xffd_f000, 0xffe_1000, "half in ACPI's").End(), nameof(BootError.ModuleOutsideMemory) },
        { Multiboot2Builder.Typical().MemoryMap((ulong.MaxValue - 10, 100, 2)).End(), nameof(BootError.MemoryRangeWraps) },
        { new Multiboot2Builder().MemoryMap().End(), nameof(BootError.KernelOutsideMemory) },
        { new Multiboot2Builder().MemoryMap((0x10_0000, 0, 1)).End(), nameof(BootError.KernelOutsideMemory) },
        { new Multiboot2Builder().MemoryMap((0x10_0000, 0x7_f000, 1)).End(), nameof(BootError.KernelOutsideMemory) },
        { new Multiboot2Builder().MemoryMap((0x10_0000, 0x10_0000, 1)).End(), nameof(BootError.TooLittleMemory) },
        { Multiboot2Builder.Typical().MemoryMap((0x11_0000, 0x1000, 2)).End(), nameof(BootError.KernelOutsideMemory) },
        { Many(257), nameof(BootError.TooManyMemoryRanges) },
        { ManyModules(33), nameof(BootError.TooManyModules) },
    };

    [Theory]
    [MemberData(nameof(BrokenInformation))]
    public void Broken_information_is_a_clear_error(byte[] information, string expected)
    {
        using GuardedMemory memory = Load(information);
        Assert.Equal(expected, Read(memory).Error.ToString());
    }

    [Theory]
    [InlineData(0u, nameof(BootError.BadInformationSize))]
    [InlineData(15u, nameof(BootError.BadInformationSize))]
    [InlineData(0x10_0001u, nameof(BootError.BadInformationSize))]
    [InlineData(uint.MaxValue, nameof(BootError.BadInformationSize))]
    [InlineData(0x10_0000u, nameof(BootError.InformationOutOfReach))]
    public void An_impossible_size_is_a_clear_error(uint size, string expected)
    {
        using GuardedMemory memory = Load(Multiboot2Builder.Typical().End());
        memory.Write(Address, size);
        Assert.Equal(expected, Read(memory).Error.ToString());
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(0x1_2340UL + GuardedMemory.Size)]
    public void An_address_out_of_reach_is_a_clear_error(ulong address)
    {
        using GuardedMemory memory = Load(Multiboot2Builder.Typical().End());
        Assert.Equal(BootError.InformationOutOfReach, new BootReading(BootProtocol.Multiboot2, memory, address).Error);
    }

    [Fact]
    public void The_last_byte_of_memory_may_belong_to_the_information()
    {
        byte[] information = Multiboot2Builder.Typical().End();
        using var memory = new GuardedMemory(0x1_0000);
        ulong address = (memory.End - (ulong)information.Length) & ~7UL;
        memory.Write(address, information);
        Assert.Equal(BootError.None, new BootReading(BootProtocol.Multiboot2, memory, address).Error);
    }

    [Property(MaxTest = 2000)]
    public void Whatever_bytes_change_the_result_is_sound_or_an_error((ushort Where, byte Value)[] changes)
    {
        byte[] information = Multiboot2Builder.Typical().Tag(15, new byte[36]).End();
        foreach ((ushort where, byte value) in changes)
        {
            information[where % information.Length] = value;
        }

        // At the very end, so that one byte too far is a fault.
        using var memory = new GuardedMemory(0x1_0000);
        ulong address = memory.End - (ulong)information.Length;
        memory.Write(address, information);
        _ = new BootReading(BootProtocol.Multiboot2, memory, address);
    }

    [Fact]
    public void The_trampoline_gets_a_page_that_nobody_else_uses()
    {
        // UEFI's GRUB puts modules and information as low as it likes.
        byte[] information = new Multiboot2Builder()
            .Module(0x9_0000, 0x9_f800, "low")
            .Module(0x8_f000, 0x8_f001, "lower")
            .MemoryMap((0, 0xa_0000, 1), (0x10_0000, 0x1000_0000, 1))
            .End();
        using GuardedMemory memory = Load(information);
        Assert.Equal(0x8_e000UL, Read(memory).Info.TrampolinePage.Value);

        using GuardedMemory none = Load(new Multiboot2Builder().MemoryMap((0x10_0000, 0x1000_0000, 1)).End());
        Assert.Equal(0UL, Read(none).Info.TrampolinePage.Value);
    }

    private static byte[] Many(int count)
        => new Multiboot2Builder().MemoryMap([.. Enumerable.Range(0, count).Select(i => (0x100_0000 + ((ulong)i * 0x2000), 0x1000UL, 1u))]).End();

    private static byte[] ManyModules(int count)
    {
        Multiboot2Builder builder = Multiboot2Builder.Typical();
        for (uint i = 1; i < count; i++)
        {
            builder.Module(0x100_0000 + (i * 0x1000), 0x100_0001 + (i * 0x1000), "m");
        }

        return builder.Module(0x300_0000, 0x300_0001, "one too many").End();
    }

    private static GuardedMemory Load(byte[] information)
    {
        var memory = new GuardedMemory(0x1_0000);
        memory.Write(Address, information);
        return memory;
    }

    private static BootReading Read(GuardedMemory memory) => new(BootProtocol.Multiboot2, memory, Address);
}
