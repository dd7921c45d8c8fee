using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Signals;

namespace AzaleaOS.Tests.Unit.Signals;

/// <summary>Linux's table of exceptions (arch/x86/kernel/traps.c).</summary>
public sealed class FaultTests
{
    private const ulong Rip = 0x401234;

    [Theory]
    [InlineData(0, 0, 8, 1, Rip)]
    [InlineData(1, 1 << 14, 5, 2, Rip)]
    [InlineData(1, 1 << 2, 5, 4, Rip)]
    [InlineData(1, 0, 5, 1, Rip)]
    [InlineData(3, 0, 5, 0x80, 0)]
    [InlineData(4, 0, 11, 0x80, 0)]
    [InlineData(6, 0, 4, 2, Rip)]
    [InlineData(11, 0, 7, 0x80, 0)]
    [InlineData(12, 0, 7, 0x80, 0)]
    [InlineData(13, 0, 11, 0x80, 0)]
    [InlineData(16, 0x0004_037b, 8, 3, Rip)]
    [InlineData(16, 0x0001_037e, 8, 7, Rip)]
    [InlineData(16, 0x0008_0377, 8, 4, Rip)]
    [InlineData(16, 0x0010_036f, 8, 5, Rip)]
    [InlineData(16, 0x0020_035f, 8, 6, Rip)]
    [InlineData(16, 0x0005_037a, 8, 7, Rip)]
    [InlineData(16, 0x0001_037f, 8, 0, Rip)]
    [InlineData(17, 0, 7, 1, 0)]
    [InlineData(19, 0x1d84, 8, 3, Rip)]
    [InlineData(19, 0x1f01, 8, 7, Rip)]
    [InlineData(19, 0x1b88, 8, 4, Rip)]
    [InlineData(19, 0x1e82, 8, 5, Rip)]
    [InlineData(19, 0x0fa0, 8, 6, Rip)]
    public void An_exception_is_the_signal_that_it_is_in_Linux(int vector, ulong status, int signal, int code, ulong address)
    {
        SignalInformation information = Fault.Of(vector, Rip, status);
        Assert.Equal((signal, code, address), (information.Number, information.Code, information.Address));
    }

    [Theory]
    [InlineData(FaultOutcome.NotMapped, 11, 1, 0x5000)]
    [InlineData(FaultOutcome.NotAllowed, 11, 2, 0x5000)]
    [InlineData(FaultOutcome.BeyondFile, 7, 2, 0x5000)]
    [InlineData(FaultOutcome.OutOfMemory, 9, 0x80, 0)]
    public void A_page_fault_says_why_and_where(object outcome, int signal, int code, ulong address)
    {
        SignalInformation information = Fault.OfPageFault(0x5000, (FaultOutcome)outcome);
        Assert.Equal((signal, code, address), (information.Number, information.Code, information.Address));
    }

    [Theory]
    [InlineData(0, 0x1000, 4)]
    [InlineData(2, 0x1000, 6)]
    [InlineData(0x11, 0x1000, 0x15)]
    [InlineData(2, AddressSpace.Highest, 7)]
    [InlineData(0, 0xffff_ffff_8000_0000, 5)]
    public void A_page_fault_has_the_error_code_of_ring_3(ulong error, ulong address, ulong expected)
        => Assert.Equal(expected, Fault.ErrorOfPageFault(error, address, AddressSpace.Highest));

    [Fact]
    public void Masked_exceptions_are_no_reason_for_a_signal()
        => Assert.Equal(0, Fault.Of(Vector.SimdFloatingPoint, Rip, 0x1fbf).Code);
}
