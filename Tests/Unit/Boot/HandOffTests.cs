using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Boot;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Boot;

public sealed unsafe class HandOffTests
{
    private const ulong Address = 0x1_0100;
    private const int BlockSize = 0x200;

    [Fact]
    public void The_layout_is_the_documented_one()
    {
        Assert.Equal(256, sizeof(HandOffBlock));
        Assert.Equal((24, 8, 24), (sizeof(HandOffExtent), sizeof(HandOffCore), sizeof(HandOffModule)));
        (string Field, int Offset)[] fields =
        [
            ("Magic", 0), ("Version", 8), ("Size", 12), ("Checksum", 16), ("UnikernelId", 24), ("NodeCount", 28),
            ("ExtentOffset", 32), ("ExtentCount", 36), ("CoreOffset", 40), ("CoreCount", 44), ("ModuleOffset", 48),
            ("ModuleCount", 52), ("CommandLineOffset", 56), ("CommandLineLength", 60), ("DistanceOffset", 64),
            ("DistanceLength", 68), ("Rsdp", 72), ("TscFrequency", 80), ("WallClock", 88), ("WallClockTimestamp", 96),
            ("Mailbox", 104), ("MailboxSize", 112), ("TrampolinePage", 120), ("DoorbellApicId", 128),
            ("DoorbellVector", 132), ("Seed", 136),
        ];
        Assert.Equal(typeof(HandOffBlock).GetFields().Count(field => !field.IsStatic), fields.Length);
        Assert.All(fields, field => Assert.Equal(field.Offset, (int)Marshal.OffsetOf<HandOffBlock>(field.Field)));
        Assert.Equal("AZHANDOF"u8, BitConverter.GetBytes(HandOffBlock.MagicNumber));
    }

    [Fact]
    public void What_the_Sideloader_says_is_understood()
    {
        using GuardedMemory memory = Typical();
        BootReading reading = Read(memory);
        Assert.Equal(BootError.None, reading.Error);
        Assert.Equal("trace -- prog", reading.CommandLine);
        Assert.Equal((2_100_000_000UL, 99UL, 77UL), (reading.Info.TscFrequency, reading.Info.WallClock, reading.Info.WallClockTimestamp));
        Assert.Equal(Address, reading.Info.HandOff.Value);
        Assert.Equal(0x9_0000UL, reading.Info.TrampolinePage.Value);
        Assert.Equal(1, reading.Info.ModuleCount);
        Assert.Contains(reading.Ranges, range => range is { Kind: MemoryKind.Usable, Node: 1 } && range.Start.Value == 0x8000_0000);
        Assert.Equal(MemoryKind.Reserved, reading.KindAt(0x30_0000));
    }

    [Theory]
    [InlineData(0, 1u, nameof(BootError.WrongMagic))]
    [InlineData(8, 2u, nameof(BootError.UnsupportedVersion))]
    [InlineData(12, 255u, nameof(BootError.BadInformationSize))]
    [InlineData(12, 0x10_0001u, nameof(BootError.BadInformationSize))]
    [InlineData(12, 0x10_0000u, nameof(BootError.InformationOutOfReach))]
    [InlineData(28, 0u, nameof(BootError.BadNode))]
    [InlineData(28, 1u, nameof(BootError.BadNode))]
    [InlineData(28, 65u, nameof(BootError.BadNode))]
    [InlineData(32, 0x1f0u, nameof(BootError.ListPastEnd))]
    [InlineData(32, uint.MaxValue, nameof(BootError.ListPastEnd))]
    [InlineData(36, 0u, nameof(BootError.NoMemoryMap))]
    [InlineData(36, uint.MaxValue, nameof(BootError.ListPastEnd))]
    [InlineData(40, 0x1fcu, nameof(BootError.ListPastEnd))]
    [InlineData(44, 0u, nameof(BootError.NoCores))]
    [InlineData(44, uint.MaxValue, nameof(BootError.ListPastEnd))]
    [InlineData(48, 0x1f8u, nameof(BootError.ListPastEnd))]
    [InlineData(52, uint.MaxValue, nameof(BootError.ListPastEnd))]
    [InlineData(56, 0x201u, nameof(BootError.ListPastEnd))]
    [InlineData(60, uint.MaxValue, nameof(BootError.ListPastEnd))]
    [InlineData(64, 0x1fdu, nameof(BootError.ListPastEnd))]
    [InlineData(68, 3u, nameof(BootError.ListPastEnd))]
    public void A_broken_block_is_a_clear_error(int offset, uint value, string expected)
    {
        using GuardedMemory memory = Typical();
        memory.Write(Address + (ulong)offset, value);
        Seal(memory);
        Assert.Equal(expected, Read(memory).Error.ToString());
    }

    [Theory]
    [InlineData(24)]
    [InlineData(80)]
    [InlineData(BlockSize - 1)]
    public void One_changed_byte_is_found_by_the_checksum(int offset)
    {
        using GuardedMemory memory = Typical();
        memory.Bytes[(int)(Address - memory.Start) + offset] ^= 1;
        Assert.Equal(BootError.BadChecksum, Read(memory).Error);
    }

    [Property(MaxTest = 2000)]
    public void Whatever_bytes_change_the_result_is_sound_or_an_error((ushort Where, byte Value)[] changes)
    {
        using GuardedMemory memory = Typical();
        foreach ((ushort where, byte value) in changes)
        {
            memory.Bytes[(int)(Address - memory.Start) + 24 + (where % (BlockSize - 24))] = value;
        }

        Seal(memory);
        _ = Read(memory);
    }

    private static BootReading Read(GuardedMemory memory) => new(BootProtocol.HandOff, memory, Address);

    private static void Seal(GuardedMemory memory)
    {
        Span<byte> all = memory.Bytes[(int)(Address - memory.Start)..];
        ref HandOffBlock block = ref Unsafe.As<byte, HandOffBlock>(ref all[0]);
        if (block.Size <= (uint)all.Length)
        {
            block.Checksum = HandOffChecksum.Compute(all[..(int)block.Size]);
        }
    }

    private static GuardedMemory Typical()
    {
        var memory = new GuardedMemory(0x1_0000);
        memory.Write(Address, new HandOffBlock
        {
            Magic = HandOffBlock.MagicNumber,
            Version = HandOffBlock.CurrentVersion,
            Size = BlockSize,
            NodeCount = 2,
            ExtentOffset = 0x100,
            ExtentCount = 2,
            CoreOffset = 0x140,
            CoreCount = 2,
            ModuleOffset = 0x160,
            ModuleCount = 1,
            CommandLineOffset = 0x180,
            CommandLineLength = 13,
            DistanceOffset = 0x1a0,
            DistanceLength = 4,
            TscFrequency = 2_100_000_000,
            WallClock = 99,
            WallClockTimestamp = 77,
            Mailbox = 0x30_0000,
            MailboxSize = 0x1000,
            TrampolinePage = 0x9_0000,
        });
        memory.Write(Address + 0x100, new HandOffExtent { Start = 0x10_0000, Length = 0x100_0000 });
        memory.Write(Address + 0x118, new HandOffExtent { Start = 0x8000_0000, Length = 0x100_0000, Node = 1 });
        memory.Write(Address + 0x140, new HandOffCore { ApicId = 4 });
        memory.Write(Address + 0x148, new HandOffCore { ApicId = 300, Node = 1 });
        memory.Write(Address + 0x160, new HandOffModule { Start = 0x20_0000, Length = 0x1001, NameOffset = 0x18a, NameLength = 4 });
        memory.Write(Address + 0x180, "trace -- prog"u8);
        memory.Write(Address + 0x1a0, [10, 21, 21, 10]);
        Seal(memory);
        return memory;
    }
}
