using AzaleaOS.Cpu;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Cpu;

/// <summary>The arithmetic of clocks.</summary>
public sealed class ClockTests
{
    private const ulong PowerManagementFrequency = 3_579_545;

    [Fact]
    public void The_crystal_of_leaf_15h_gives_the_frequency()
    {
        // 24 MHz * 188 / 2: a desktop of 2256 MHz.
        CpuIdResult crystal = new() { Eax = 2, Ebx = 188, Ecx = 24_000_000 };

        Assert.Equal(2_256_000_000UL, Tsc.FromCrystal(crystal, baseMegahertz: 0));
    }

    [Fact]
    public void Without_a_crystal_the_base_frequency_of_leaf_16h_counts()
        => Assert.Equal(2_300_000_000UL, Tsc.FromCrystal(new CpuIdResult { Eax = 2, Ebx = 192 }, baseMegahertz: 2300));

    [Theory]
    [InlineData(0, 188, 24_000_000)]
    [InlineData(2, 0, 24_000_000)]
    public void A_leaf_without_a_ratio_says_nothing(uint denominator, uint numerator, uint crystal)
        => Assert.Equal(0UL, Tsc.FromCrystal(new CpuIdResult { Eax = denominator, Ebx = numerator, Ecx = crystal }, baseMegahertz: 2300));

    [Property]
    public Property The_power_management_timer_measures_any_processor()
        => Prop.ForAll(
            Gen.Choose(100, 6000).ToArbitrary(),
            Gen.Choose(5, 500_000).ToArbitrary(),
            (megahertz, milliseconds) =>
            {
                ulong frequency = (ulong)megahertz * 1_000_000;
                ulong tsc = frequency / 1000 * (ulong)milliseconds;
                uint ticks = (uint)(PowerManagementFrequency * (ulong)milliseconds / 1000);
                double measured = PowerManagementTimer.Compute(tsc, ticks);
                return Math.Abs(measured - frequency) / frequency < 0.0001;
            });

    [Theory]
    [InlineData(5, 0, true)]
    [InlineData(4, 0, false)]
    [InlineData(5, 3, true)]
    [InlineData(5, 10_000, false)] // stopped by the host between the readings, for as long again
    [InlineData(1000, 10_000, true)] // there is no better one to be had
    public void A_measurement_goes_on_until_it_is_exact(int milliseconds, int errorInMicroseconds, bool isEnough)
    {
        const ulong TscPerMicrosecond = 3000;

        uint ticks = (uint)(PowerManagementFrequency * (ulong)milliseconds / 1000);
        Assert.Equal(isEnough, PowerManagementTimer.IsEnough((ulong)milliseconds * 1000 * TscPerMicrosecond, ticks, (ulong)errorInMicroseconds * TscPerMicrosecond));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1000, 1000)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    [InlineData(1UL << 33, uint.MaxValue)]
    [InlineData(ulong.MaxValue, uint.MaxValue)]
    public void A_countdown_is_at_least_one_and_at_most_what_the_counter_holds(ulong tscTicks, uint count)
        => Assert.Equal(count, OneShotTimer.ToCount(tscTicks, rate: 1UL << 32));

    [Theory]
    [InlineData(3_000_000, 62_500_000, 62_500)]
    [InlineData(30_000_000_000, 62_500_000, 625_000_000)]
    public void A_countdown_runs_at_its_own_rate(ulong tscTicks, ulong countsPerSecond, uint count)
    {
        const ulong TscFrequency = 3_000_000_000;

        Assert.InRange(OneShotTimer.ToCount(tscTicks, (countsPerSecond << 32) / TscFrequency), count - (count / 1000) - 1, count);
    }
}
