using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Syscalls;

namespace AzaleaOS.Tests.Unit.Applications;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class TraceTests : IDisposable
{
    private readonly HostApplication _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Arguments_are_shown_as_what_they_are()
    {
        TrapFrame frame = new()
        {
            Rdi = unchecked((ulong)-100),
            Rsi = HostApplication.Text("/etc/\"x\"\n"),
            Rdx = 0x80000,
            R10 = 0x1a4,
        };
        Assert.Equal("(AT_FDCWD, \"/etc/\\\"x\\\"\\n\", 0x80000, 0644)", Arguments(frame, "fsxo"u8));
        Assert.Equal("()", Arguments(frame, ""u8));
        Assert.Equal("(-100)", Arguments(frame, "d"u8));
        Assert.Equal("(NULL, 0)", Arguments(default, "px"u8));
    }

    [Fact]
    public void Bytes_are_shown_as_many_as_there_are_and_an_address_that_leads_nowhere_as_a_number()
    {
        TrapFrame frame = new() { Rdi = HostApplication.Text("abc\u0001"), Rsi = 4 };
        Assert.Equal("(\"abc\\x01\", 4)", Arguments(frame, "bu"u8));
        frame.Rdi = HostApplication.Text(new string('x', 100));
        frame.Rsi = 100;
        Assert.Equal($"(\"{new string('x', 48)}\"..., 100)", Arguments(frame, "bu"u8));
        frame.Rdi = 8;
        Assert.Equal("(0x8, 100)", Arguments(frame, "bu"u8));
        Assert.Equal("(0x8)", Arguments(frame, "s"u8));
    }

    [Theory]
    [InlineData(0, " = 0")]
    [InlineData(267, " = 267")]
    [InlineData(-2, " = -1 ENOENT")]
    [InlineData(-38, " = -1 ENOSYS")]
    [InlineData(0x7fff_f7ff_0000, " = 0x7ffff7ff0000")]
    public void A_result_is_a_number_or_the_name_of_an_error(long result, string shown)
    {
        LogMessage line = new(0, 0);
        Trace.AppendResult(ref line, result);
        Assert.Equal(shown, Encoding.UTF8.GetString(line.Written));
    }

    [Fact]
    public void A_number_without_a_method_is_ENOSYS() => Assert.Equal(-Errno.ENOSYS, Unknown.Answer(9999));

    private static string Arguments(TrapFrame frame, ReadOnlySpan<byte> kinds)
    {
        LogMessage line = new(0, 0);
        Trace.AppendArguments(ref line, &frame, kinds);
        return Encoding.UTF8.GetString(line.Written);
    }
}
