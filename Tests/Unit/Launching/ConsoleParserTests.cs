using System.Text;
using AzaleaOS.Build.Launching;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Launching;

public class ConsoleParserTests
{
    private const byte Separator = ConsoleParser.RecordSeparator;

    [Fact]
    public void The_kernel_says_which_stream_comes_and_that_it_listens()
    {
        using MemoryStream output = new(), records = new(), errors = new(), terminal = new();
        var parser = new ConsoleParser(output, records, errors, terminal);
        foreach (byte[] piece in (byte[][])[[(byte)'a', Separator], [2, (byte)'b'], [Separator], [(byte)'>', (byte)'\n', (byte)'c', Separator, 3], [(byte)'d', Separator, Separator, Separator, 1, (byte)'e']])
            parser.Write(piece);
        Assert.False(parser.IsListening);
        parser.Write([Separator, 5, (byte)'f']);
        parser.Complete();
        Assert.True(parser.IsListening);
        Assert.Equal(("aef", ">\n", "bc", "d\u001e"), (Text(output), Text(records), Text(errors), Text(terminal)));
        static string Text(MemoryStream stream) => Encoding.Latin1.GetString(stream.ToArray());
    }

    [Fact]
    public void What_the_console_hears_is_framed_and_ends()
    {
        using MemoryStream line = new();
        ConsoleInput.From(new MemoryStream([1, Separator, 2, Separator]))(line);
        new ConsoleInput(line).Resize(132, 43);
        Assert.Equal([1, Separator, Separator, 2, Separator, Separator, Separator, (byte)'E', Separator, .. "W132x43\n"u8], line.ToArray());
    }

    [Property(MaxTest = 500)]
    public Property However_the_line_is_cut_output_and_records_come_out_apart_and_whole()
    {
        Gen<byte[]> bytes = Gen.Elements<byte>(0, (byte)'a', (byte)'\n', (byte)'\r', Separator, 0x1B, 0xFF).ArrayOf();
        Gen<(bool IsRecord, byte[] Bytes)> piece = Gen.Elements(true, false).SelectMany(_ => bytes, (isRecord, content) => (isRecord, content));
        return Prop.ForAll(piece.ArrayOf().ToArbitrary(), Gen.Choose(1, 5).ArrayOf().ToArbitrary(), (pieces, cuts) =>
        {
            var wire = new List<byte>();
            var output = new List<byte>();
            var records = new List<byte>();
            foreach ((bool isRecord, byte[] content) in pieces)
            {
                if (isRecord)
                {
                    // A kernel line holds no LF, and its text does not begin with RS.
                    byte[] line = [(byte)'>', .. content.Where(b => b != '\n')];
                    wire.AddRange([Separator, .. line, (byte)'\n']);
                    records.AddRange([.. line, (byte)'\n']);
                }
                else
                {
                    wire.AddRange(content.SelectMany(b => b == Separator ? new[] { b, b } : [b]));
                    output.AddRange(content);
                }
            }

            (byte[] actualOutput, byte[] actualRecords, _) = Parse([.. wire], cuts);
            Assert.Equal(output, actualOutput);
            Assert.Equal(records, actualRecords);
        });
    }

    [Theory]
    [InlineData("azalea: exit 0", 0)]
    [InlineData("azalea: exit 139", 139)]
    [InlineData("azalea: exit 255", 255)]
    [InlineData("azalea: exit 256", null)]
    [InlineData("azalea: exit -1", null)]
    [InlineData("azalea: exit ", null)]
    [InlineData("azalea: exit 0007", null)]
    [InlineData("azalea: exit 1 ", null)]
    [InlineData("azalea: exited 1", null)]
    public void Only_the_exact_record_is_an_exit_status(string record, int? status)
    {
        (byte[] output, byte[] records, int? found) = Parse(Encoding.ASCII.GetBytes($"a\u001E{record}\nb"), []);
        Assert.Equal(status, found);
        Assert.Equal("ab", Encoding.ASCII.GetString(output));
        Assert.Equal(status is null ? record + "\n" : "", Encoding.ASCII.GetString(records));
    }

    [Fact]
    public void A_program_cannot_end_the_machine_by_writing_the_record()
    {
        (byte[] output, _, int? status) = Parse("\u001E\u001Eazalea: exit 0\n"u8.ToArray(), []);
        Assert.Null(status);
        Assert.Equal("\u001Eazalea: exit 0\n", Encoding.ASCII.GetString(output));
    }

    [Fact]
    public void The_last_record_counts()
        => Assert.Equal(2, Parse("\u001Eazalea: exit 1\n\u001Eazalea: exit 2\n"u8.ToArray(), []).Status);

    [Fact]
    public void A_record_that_is_cut_off_is_shown()
        => Assert.Equal("panic: half\n", Encoding.ASCII.GetString(Parse("\u001Epanic: half"u8.ToArray(), []).Records));

    [Fact]
    public void Output_is_passed_on_before_its_line_ends()
    {
        var output = new MemoryStream();
        new ConsoleParser(output, Stream.Null).Write("prompt> "u8);
        Assert.Equal("prompt> "u8.ToArray(), output.ToArray());
    }

    [Fact]
    public void A_record_without_end_does_not_fill_the_memory()
    {
        var records = new MemoryStream();
        var parser = new ConsoleParser(Stream.Null, records);
        parser.Write([Separator]);
        parser.Write(new byte[3 * ConsoleParser.LongestRecord]);
        Assert.InRange(records.Length, ConsoleParser.LongestRecord, 3 * ConsoleParser.LongestRecord);
    }

    private static (byte[] Output, byte[] Records, int? Status) Parse(byte[] wire, int[] cuts)
    {
        var output = new MemoryStream();
        var records = new MemoryStream();
        var parser = new ConsoleParser(output, records);
        int at = 0;
        for (int i = 0; at < wire.Length; i++)
        {
            int count = Math.Min(cuts.Length == 0 ? wire.Length : cuts[i % cuts.Length], wire.Length - at);
            parser.Write(wire.AsSpan(at, count));
            at += count;
        }

        parser.Complete();
        return (output.ToArray(), records.ToArray(), parser.ExitStatus);
    }
}
