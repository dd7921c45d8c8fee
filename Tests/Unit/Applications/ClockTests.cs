using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Syscalls;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Applications;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class ClockTests : IDisposable
{
    private readonly HostApplication _host = new();

    public void Dispose() => _host.Dispose();

    [Property(MaxTest = 500)]
    public void Ticks_become_nanoseconds_to_a_billionth(ulong ticks, uint megahertz)
    {
        ulong frequency = (megahertz % 10_000 + 100) * 1_000_000UL + 7;
        ticks %= frequency * 3600 * 24 * 365;
        decimal exact = (decimal)ticks * 1_000_000_000 / frequency;
        decimal here = Clock.ToNanoseconds(ticks, Clock.RateOf(frequency));
        Assert.InRange(here, (exact * 0.999999999m) - 1, exact + 1);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void A_clock_that_there_is_not_is_invalid(int clock)
    {
        UserPointer<Timespec> to = new(HostApplication.Room(16));
        Assert.Equal(-Errno.EINVAL, TimeCalls.GetTime(clock, to));
        Assert.Equal(-Errno.EINVAL, TimeCalls.GetResolution(clock, to));
    }

    [Fact]
    public void The_wall_clock_alone_can_be_set_and_not_before_the_kernel_s_start()
    {
        UserPointer<Timespec> time = new(HostApplication.Put([.. BitConverter.GetBytes(5_000_000_000L), .. BitConverter.GetBytes(7L)]));
        HostApplication.Ticks = 20_000_000_000;
        Assert.Equal(-Errno.EINVAL, TimeCalls.SetTime(1, time));
        Assert.Equal(-Errno.EFAULT, TimeCalls.SetTime(0, new UserPointer<Timespec>(8)));
        Assert.Equal(0, TimeCalls.SetTime(0, time));
        Assert.Equal((5_000_000_000L * Clock.Second) + 7, Clock.Wall());
        foreach ((long seconds, long nanoseconds) in ((long, long)[])[(9, 999_999_999), (-1, 0), (20, Clock.Second), (20, -1), (long.MaxValue / Clock.Second, 0)])
        {
            UserPointer<Timespec> wrong = new(HostApplication.Put([.. BitConverter.GetBytes(seconds), .. BitConverter.GetBytes(nanoseconds)]));
            Assert.Equal(-Errno.EINVAL, TimeCalls.SetTime(0, wrong));
        }

        UserPointer<Timeval> micro = new(HostApplication.Put([.. BitConverter.GetBytes(100L), .. BitConverter.GetBytes(1_000_000L)]));
        Assert.Equal(-Errno.EINVAL, TimeCalls.SetTimeOfDay(micro, default));
        Assert.Equal(-Errno.EPERM, TimeCalls.SetTimeOfDay(default, new UserPointer<ulong>(HostApplication.Put([1, 0, 0, 0, 0, 0, 0, 0]))));
    }

    [Fact]
    public void The_state_of_the_clock_can_be_asked_for_and_not_changed()
    {
        Assert.Equal(208, sizeof(ClockAdjustment));
        ulong at = HostApplication.Room(208);
        Assert.Equal(5, AdjustmentCalls.Adjust(new UserPointer<ClockAdjustment>(at)));
        ClockAdjustment answer = *(ClockAdjustment*)at;
        Assert.Equal((0x40, 10_000, 1_700_000_000), (answer.Status, answer.Tick, answer.Time.Seconds));
        HostApplication.At(at, 4)[0] = 1;
        Assert.Equal(-Errno.EPERM, AdjustmentCalls.Adjust(0, new UserPointer<ClockAdjustment>(at)));
        Assert.Equal(-Errno.EOPNOTSUPP, AdjustmentCalls.Adjust(1, new UserPointer<ClockAdjustment>(at)));
        Assert.Equal(-Errno.EINVAL, AdjustmentCalls.Adjust(77, new UserPointer<ClockAdjustment>(at)));
    }

    [Fact]
    public void What_is_known_of_the_time_is_published_as_soon_as_it_is_known()
    {
        VdsoData data = default;
        Clock.PublishTo(&data);
        Assert.Equal(0u, data.Ready);

        HostApplication.Ticks = 4_000_000_000;
        Assert.Equal(2 * Clock.Second, Clock.Monotonic());
        Assert.Equal((Clock.MonotonicClocks, 0ul, 1UL << 31), (data.Ready, data.Start, data.Rate));

        long wall = Clock.Wall();
        Assert.Equal(Clock.MonotonicClocks | Clock.WallClocks, data.Ready);
        Assert.Equal((wall - (2 * Clock.Second), 0), (data.Offsets[0], data.Offsets[1]));
        Assert.Equal((data.Offsets[0], data.Offsets[0]), (data.Offsets[5], data.Offsets[11]));
        Assert.Equal(0u, data.Sequence % 2);

        Assert.True(Clock.TrySetWall(1000 * Clock.Second));
        Assert.Equal(998 * Clock.Second, data.Offsets[0]);
        Assert.False(Clock.TrySetWall(1 * Clock.Second));
        Assert.Equal(1000 * Clock.Second, Clock.Wall());
        Clock.PublishTo(null);
    }

    [Fact]
    public void A_frequency_that_is_known_is_published_at_once()
    {
        VdsoData data = default;
        Clock.Start(77, 1_000_000_000);
        Clock.PublishTo(&data);
        Assert.Equal((Clock.MonotonicClocks, 77ul, 1UL << 32), (data.Ready, data.Start, data.Rate));
        Clock.PublishTo(null);
    }

    [Theory]
    [InlineData(0x56, 0x34, 0x12, 0x29, 0x02, 0x24, 0x20, 0x02, 1709210096)]
    [InlineData(56, 34, 12, 29, 2, 24, 20, 0x06, 1709210096)]
    [InlineData(0x00, 0x00, 0x92, 0x01, 0x01, 0x70, 0x19, 0x00, 43200)]
    [InlineData(0x00, 0x00, 0x12, 0x01, 0x01, 0x70, 0x19, 0x00, 0)]
    [InlineData(0x59, 0x59, 0x91, 0x31, 0x12, 0x99, 0x19, 0x00, 946684799)]
    [InlineData(0x59, 0x59, 0x23, 0x31, 0x12, 0x99, 0x00, 0x02, 4102444799)]
    [InlineData(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0)]
    [InlineData(0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0)]
    public void The_clock_of_a_PC_is_read_in_each_of_its_four_ways(
        byte second, byte minute, byte hour, byte day, byte month, byte year, byte century, byte status, long seconds)
        => Assert.Equal(seconds, new CmosTime(second, minute, hour, day, month, year, century).ToSeconds(status));

    [Fact]
    public void The_stream_is_ChaCha20()
    {
        // RFC 8439, A.1, test vector 1.
        byte[] block = new byte[64];
        RandomSource.Block(new byte[32], 0, block);
        Assert.Equal(
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586",
            Convert.ToHexStringLower(block));
    }

    [Fact]
    public void Random_bytes_never_come_twice()
    {
        RandomSource.Stir("what nobody knows"u8);
        byte[] bytes = new byte[100_000];
        RandomSource.Fill(bytes);
        RandomSource.Fill(bytes.AsSpan(50_000));
        HashSet<ulong> seen = [];
        for (int i = 0; i + 8 <= bytes.Length; i += 8)
            Assert.True(seen.Add(BitConverter.ToUInt64(bytes, i)));
        Assert.InRange(bytes.Sum(b => b) / (double)bytes.Length, 126, 129);
    }
}
