using AzaleaOS.Cpu;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Cpu;

public sealed class KvmClockTests
{
    // What KVM gives for 2.5 GHz: 0.4 ns in a tick.
    [Theory]
    [InlineData(0xcccc_cccd, -1, 2_500_000_000)]
    [InlineData(0x8000_0000, 0, 2_000_000_000)]
    [InlineData(0x8000_0000, 1, 1_000_000_000)]
    public void The_rate_of_the_counter_follows_from_multiplier_and_shift(uint multiplier, int shift, ulong frequency)
        => Assert.InRange(KvmClock.FrequencyOf(multiplier, (sbyte)shift), frequency - 2, frequency + 2);

    [Property(MaxTest = 200)]
    public void Ticks_are_scaled_exactly(ulong ticks, uint multiplier)
    {
        ticks >>= 8;
        foreach (int shift in (int[])[-3, 0, 3])
        {
            UInt128 exact = ((shift < 0 ? (UInt128)ticks >> -shift : (UInt128)ticks << shift) * multiplier) >> 32;
            Assert.Equal((ulong)exact, KvmClock.Scale(ticks, multiplier, (sbyte)shift));
        }
    }

    [Fact]
    public unsafe void The_host_s_record_has_its_shape() => Assert.Equal(32, sizeof(KvmClock.SystemTime));
}
