using AzaleaOS.Abi;
using AzaleaOS.Boot;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Boot;

public sealed class PvhStartInfoTests
{
    private const ulong Info = 0x1_0100;
    private const ulong Modules = 0x1_0200;
    private const ulong MemoryList = 0x1_0400;
    private const ulong CommandLine = 0x1_0600;
    private const ulong Name = 0x1_0700;

    [Fact]
    public void What_QEMU_says_is_understood()
    {
        using GuardedMemory memory = Typical();
        BootReading reading = Read(memory);
        Assert.Equal(BootError.None, reading.Error);
        Assert.Equal("cores=wait", reading.CommandLine);
        Assert.Equal(0xf_5a80UL, reading.Info.Rsdp.Value);
        Assert.Equal((0xfc0_0000UL, 0x3d_1234UL, 3), (reading.Info.Modules[0].Start.Value, reading.Info.Modules[0].Length, reading.Info.Modules[0].NameLength));
        Assert.Equal(MemoryKind.Module, reading.KindAt(0xfc0_0000));
        Assert.Equal(MemoryKind.BootData, reading.KindAt(CommandLine & ~0xfffUL));
        Assert.Equal(MemoryKind.Reserved, reading.KindAt(0xffe_0000));
    }

    [Theory]
    [InlineData(Info, 0x1234u, nameof(BootError.WrongMagic))]
    [InlineData(Info + 4, 0u, nameof(BootError.UnsupportedVersion))]
    [InlineData(Info + 12, 33u, nameof(BootError.TooManyModules))]
    [InlineData(Info + 16, 0xffff_fff0u, nameof(BootError.ListPastEnd))]
    [InlineData(Info + 20, 0xffff_ffffu, nameof(BootError.ListPastEnd))]
    [InlineData(Info + 24, 0x2_0000u, nameof(BootError.CommandLineTooLong))]
    [InlineData(Info + 28, 1u, nameof(BootError.CommandLineTooLong))]
    [InlineData(Info + 40, 0u, nameof(BootError.NoMemoryMap))]
    [InlineData(Info + 40, 0x10u, nameof(BootError.ListPastEnd))]
    [InlineData(Info + 48, 0u, nameof(BootError.NoMemoryMap))]
    [InlineData(Info + 48, 257u, nameof(BootError.TooManyMemoryRanges))]
    [InlineData(Info + 48, uint.MaxValue, nameof(BootError.TooManyMemoryRanges))]
    [InlineData(Modules, 0x17_f000u, nameof(BootError.ModuleOverlapsKernel))]
    [InlineData(Modules, 0xff0_0000u, nameof(BootError.ModuleOutsideMemory))]
    [InlineData(Modules + 8, 0u, nameof(BootError.BadModule))]
    [InlineData(Modules + 12, 0xffff_ffffu, nameof(BootError.ModuleOutsideMemory))]
    [InlineData(MemoryList + 24 + 4, 0xffff_ffffu, nameof(BootError.KernelOutsideMemory))]
    [InlineData(MemoryList + 24 + 8, 0x10_0000u, nameof(BootError.ModuleOutsideMemory))]
    [InlineData(MemoryList + 24 + 12, 0xffff_ffffu, nameof(BootError.MemoryRangeWraps))]
    [InlineData(MemoryList + 24 + 16, 2u, nameof(BootError.KernelOutsideMemory))]
    public void Broken_information_is_a_clear_error(ulong where, uint value, string expected)
    {
        using GuardedMemory memory = Typical();
        if (where == MemoryList + 24 + 12)
        {
            memory.Write(MemoryList + 24 + 8, uint.MaxValue);
        }

        memory.Write(where, value);
        Assert.Equal(expected, Read(memory).Error.ToString());
    }

    [Fact]
    public void A_start_info_that_runs_out_of_memory_is_a_clear_error()
    {
        using GuardedMemory memory = Typical();
        Assert.Equal(BootError.InformationOutOfReach, new BootReading(BootProtocol.Pvh, memory, memory.End - 55).Error);
    }

    [Fact]
    public void An_unknown_protocol_is_a_clear_error()
    {
        using GuardedMemory memory = Typical();
        Assert.Equal(BootError.UnknownProtocol, new BootReading((BootProtocol)7, memory, Info).Error);
    }

    [Property(MaxTest = 2000)]
    public void Whatever_bytes_change_the_result_is_sound_or_an_error((ushort Where, byte Value)[] changes)
    {
        using GuardedMemory memory = Typical();
        foreach ((ushort where, byte value) in changes)
        {
            memory.Bytes[0x100 + (where % 0x620)] = value;
        }

        _ = Read(memory);
    }

    private static BootReading Read(GuardedMemory memory) => new(BootProtocol.Pvh, memory, Info);

    private static GuardedMemory Typical()
    {
        var memory = new GuardedMemory(0x1_0000);
        memory.Write(Info, 0x336e_c578u);
        memory.Write(Info + 4, 1u);
        memory.Write(Info + 12, 1u);
        memory.Write(Info + 16, Modules);
        memory.Write(Info + 24, CommandLine);
        memory.Write(Info + 32, 0xf_5a80UL);
        memory.Write(Info + 40, MemoryList);
        memory.Write(Info + 48, 4u);
        memory.Write(Modules, 0xfc0_0000UL);
        memory.Write(Modules + 8, 0x3d_1234UL);
        memory.Write(Modules + 16, Name);
        memory.Write(Name, "abc\0"u8);
        memory.Write(CommandLine, "cores=wait\0"u8);
        (ulong Start, ulong Length, uint Type)[] ranges = [(0, 0x9_fc00, 1), (0x10_0000, 0xfee_0000, 1), (0xffe_0000, 0x2_0000, 2), (0xfeff_c000, 0x4000, 2)];
        for (int i = 0; i < ranges.Length; i++)
        {
            ulong entry = MemoryList + ((ulong)i * 24);
            memory.Write(entry, ranges[i].Start);
            memory.Write(entry + 8, ranges[i].Length);
            memory.Write(entry + 16, ranges[i].Type);
        }

        return memory;
    }
}
