using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Machines;

/// <summary>The kernel on cores and memory that somebody lends, as the Sideloader does.</summary>
public sealed class HandOffTests
{
    private const ulong Mebibyte = 1 << 20;
    private const ulong LentMemory = 63 * Mebibyte;

    private static MachineDescription Machine => Promise.Machine with { Cpus = 4, Timeout = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task The_kernel_runs_on_the_cores_that_were_lent_and_starts_no_other()
    {
        MachineResult result = await Machine.BootedByHandOff(Block("test=run-on-cores", [0, 2])).Ends(0, "cores: 2 up");

        Assert.Equal("kept\n", result.Output);
    }

    [Fact]
    public async Task No_more_memory_is_used_than_was_lent()
    {
        MachineResult result = await Machine.BootedByHandOff(Block("test=memory", [0])).Ends(0, "memory: ");

        string line = result.Log.Split('\n').Single(line => line.StartsWith("memory: ", StringComparison.Ordinal));
        ulong pages = ulong.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(pages, LentMemory * 9 / 10 / 4096, LentMemory / 4096);
    }

    [Fact]
    public async Task The_clock_that_the_starter_states_is_believed()
        => await Machine.BootedByHandOff(Block("test=frequency", [0])).Ends(0, "tsc: 1234567890 Hz");

    [Fact]
    public async Task A_block_with_a_wrong_checksum_is_refused()
    {
        byte[] block = Block("test=hello", [0]);
        block[^1]++;

        await Machine.BootedByHandOff(block).Ends(1, "error: the hand-off block has a wrong checksum");
    }

    [Fact]
    public async Task A_block_of_another_version_is_refused()
    {
        byte[] block = Block("test=hello", [0]);
        block[8]++;

        await Machine.BootedByHandOff(block).Ends(1, "error: boot information has an unsupported version");
    }

    private static unsafe byte[] Block(string commandLine, uint[] cores)
    {
        HandOffExtent[] extents = [new() { Start = Mebibyte, Length = LentMemory }];
        HandOffCore[] lent = [.. cores.Select(id => new HandOffCore { ApicId = id })];
        byte[] words = Encoding.ASCII.GetBytes(commandLine);
        HandOffBlock block = new()
        {
            Magic = HandOffBlock.MagicNumber,
            Version = HandOffBlock.CurrentVersion,
            NodeCount = 1,
            ExtentOffset = HandOffBlock.HeaderBytes,
            ExtentCount = (uint)extents.Length,
            CoreCount = (uint)lent.Length,
            CommandLineLength = (uint)words.Length,
            TscFrequency = 1_234_567_890,
            TrampolinePage = 0x8000,
        };
        block.CoreOffset = block.ExtentOffset + (uint)(extents.Length * sizeof(HandOffExtent));
        block.CommandLineOffset = block.CoreOffset + (uint)(lent.Length * sizeof(HandOffCore));
        block.Size = block.CommandLineOffset + (uint)words.Length;

        byte[] bytes =
        [
            .. MemoryMarshal.AsBytes(new ReadOnlySpan<HandOffBlock>(in block)),
            .. MemoryMarshal.AsBytes<HandOffExtent>(extents),
            .. MemoryMarshal.AsBytes<HandOffCore>(lent),
            .. words,
        ];
        BitConverter.TryWriteBytes(bytes.AsSpan(16), HandOffChecksum.Compute(bytes));
        return bytes;
    }
}
