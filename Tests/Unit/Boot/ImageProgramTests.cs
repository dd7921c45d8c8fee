using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Boot;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Boot;

/// <summary>The program that is linked into the image, beside what the loader gave.</summary>
public sealed class ImageProgramTests
{
    private const ulong Info = 0x1_0100;
    private const ulong MemoryList = 0x1_0400;
    private const ulong CommandLine = 0x1_0600;
    private const ulong Program = 0x1_8000;
    private const uint Length = 0x4321;

    [Theory]
    [InlineData("", " -- /hello")]
    [InlineData("verbose cores=wait", "verbose cores=wait -- /hello")]
    [InlineData("env=\"A=b -- c\"", "env=\"A=b -- c\" -- /hello")]
    [InlineData("--x", "--x -- /hello")]
    [InlineData("-- /other word", "-- /other word")]
    [InlineData("verbose\t--\t/other", "verbose\t--\t/other")]
    [InlineData("verbose --", "verbose --")]
    public void Its_command_line_is_added_to_one_that_names_no_program(string given, string expected)
    {
        using GuardedMemory memory = With(given, "-- /hello");
        BootReading reading = new(BootProtocol.Pvh, memory, Info, Program | ((ulong)Length << 32));
        Assert.Equal(BootError.None, reading.Error);
        Assert.Equal(expected, reading.CommandLine);
        Assert.Equal(1, reading.Info.ModuleCount);
        Assert.Equal((Program + 16, Length - 16ul), (reading.Info.Modules[0].Start.Value, reading.Info.Modules[0].Length));
        Assert.Equal(MemoryKind.Module, reading.KindAt(Program + Length - 1));
    }

    [Fact]
    public void An_image_without_one_gets_nothing()
    {
        using GuardedMemory memory = With("verbose", "-- /hello");
        BootReading reading = new(BootProtocol.Pvh, memory, Info);
        Assert.Equal(("verbose", 0), (reading.CommandLine, reading.Info.ModuleCount));
    }

    [Theory]
    [InlineData(0xffff_f000u, 0x100u, nameof(BootError.BadModule))]
    [InlineData(0x1_8000u, 0xffff_ffffu, nameof(BootError.BadModule))]
    [InlineData(0x1_8000u, 9u, nameof(BootError.BadModule))]
    [InlineData(0x1_8000u, 16u, nameof(BootError.BadModule))]
    [InlineData(0x1_8000u, 0u, nameof(BootError.BadModule))]
    public void A_description_that_cannot_be_is_a_clear_error(uint address, uint length, string expected)
    {
        using GuardedMemory memory = With("", "-- /hello");
        Assert.Equal(expected, new BootReading(BootProtocol.Pvh, memory, Info, address | ((ulong)length << 32)).Error.ToString());
    }

    [Fact]
    public void A_command_line_that_becomes_too_long_is_a_clear_error()
    {
        using GuardedMemory memory = With("", new string('x', 3000));
        memory.Write(CommandLine, Encoding.ASCII.GetBytes(new string('y', 1500) + "\0"));
        Assert.Equal(BootError.CommandLineTooLong, new BootReading(BootProtocol.Pvh, memory, Info, Program | ((ulong)Length << 32)).Error);
    }

    [Property(MaxTest = 2000)]
    public void Whatever_the_image_says_the_result_is_sound_or_an_error(uint address, uint length, bool near, byte[] bytes)
    {
        using GuardedMemory memory = With("verbose", "-- /hello");
        memory.Write(Program, bytes.AsSpan(0, Math.Min(bytes.Length, 0x4000)));
        _ = new BootReading(BootProtocol.Pvh, memory, Info, (near ? Program + (address % 64) : address) | ((ulong)(near ? length % 0x5000 : length) << 32));
    }

    private static GuardedMemory With(string given, string linked)
    {
        var memory = new GuardedMemory(0x1_0000);
        memory.Write(Info, 0x336e_c578u);
        memory.Write(Info + 4, 1u);
        memory.Write(Info + 16, Info);
        memory.Write(Info + 24, CommandLine);
        memory.Write(Info + 40, MemoryList);
        memory.Write(Info + 48, 1u);
        memory.Write(MemoryList, 0ul);
        memory.Write(MemoryList + 8, 0x1000_0000ul);
        memory.Write(MemoryList + 16, 1u);
        memory.Write(CommandLine, Encoding.ASCII.GetBytes(given + "\0"));
        memory.Write(Program, Encoding.ASCII.GetBytes(linked + "\0"));
        return memory;
    }
}
