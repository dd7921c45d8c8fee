using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Signals;
using AzaleaOS.Syscalls;
using AzaleaOS.Tests.Unit.Applications;

namespace AzaleaOS.Tests.Unit.Signals;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class PosixTimersTests : IDisposable
{
    private const long Millisecond = 1_000_000;
    private readonly SignalHost _host = new();

    public PosixTimersTests()
    {
        SignalHost.SetHandler(34);
        SignalHost.SetHandler(14);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_timer_fires_once_and_is_stopped_then()
    {
        int timer = Create();
        Set(timer, 10, 0);
        SignalHost.Advance(9);
        Assert.Null(SignalHost.Next());
        Assert.Equal((Millisecond, 0L), Get(timer));
        SignalHost.Advance(1);
        Assert.Equal((34, 77UL), SignalHost.Next());
        Assert.Equal((0L, 0L), Get(timer));
        SignalHost.Advance(100);
        Assert.Null(SignalHost.Next());
    }

    [Fact]
    public void A_periodic_timer_says_how_many_expiries_its_signal_stands_for()
    {
        int timer = Create();
        SignalHost.Block(SignalHost.Self, 34);
        Set(timer, 10, 10);
        SignalHost.Advance(57);
        SignalInformation information;
        Assert.True(SignalReader.TryDequeue(SignalSet.Of(34), &information));
        Assert.Equal((SignalCode.Timer, timer, 4), (information.Code, information.Timer, information.Overrun));
        Assert.Equal(4, PosixTimers.GetOverrun(timer));
        Assert.Equal((3 * Millisecond, 10 * Millisecond), Get(timer));
        SignalHost.Advance(3);
        Assert.True(SignalReader.TryDequeue(SignalSet.Of(34), &information));
        Assert.Equal((0, 0L), (information.Overrun, PosixTimers.GetOverrun(timer)));
    }

    [Fact]
    public void Setting_or_deleting_a_timer_drops_its_pending_signal()
    {
        int timer = Create();
        SignalHost.Block(SignalHost.Self, 34);
        Set(timer, 1, 0);
        SignalHost.Advance(2);
        Assert.Equal(SignalSet.Of(34), SignalState.Shared.Set);
        Set(timer, 5, 0);
        Assert.Equal(0UL, SignalState.Shared.Set);
        SignalHost.Advance(5);
        Assert.Equal(SignalSet.Of(34), SignalState.Shared.Set);
        Assert.Equal(0, PosixTimers.Delete(timer));
        Assert.Equal((0UL, 0), (SignalState.Shared.Set, SignalState.InUse));
        Assert.Equal(-Errno.EINVAL, PosixTimers.Delete(timer));
    }

    [Fact]
    public void Timers_of_one_signal_keep_their_own_entries()
    {
        int first = Create(14);
        int second = Create(14);
        SignalHost.Block(SignalHost.Self, 14);
        Set(first, 1, 0);
        Set(second, 2, 0);
        SignalHost.Advance(3);
        SignalInformation information;
        Assert.True(SignalReader.TryDequeue(SignalSet.Of(14), &information));
        Assert.Equal(first, information.Timer);
        Assert.True(SignalReader.TryDequeue(SignalSet.Of(14), &information));
        Assert.Equal(second, information.Timer);
        Assert.False(SignalReader.TryDequeue(SignalSet.Of(14), &information));
    }

    [Fact]
    public void A_periodic_timer_goes_on_while_its_signal_is_ignored()
    {
        int timer = Create();
        SignalHost.SetHandler(34, handler: 1);
        Set(timer, 10, 10);
        SignalHost.Advance(25);
        SignalHost.SetHandler(34);
        SignalHost.Advance(4);
        Assert.Null(SignalHost.Next());
        SignalHost.Advance(1);
        Assert.Equal(34, SignalHost.Next()!.Value.Signal);
    }

    [Fact]
    public void A_timer_for_a_thread_that_has_ended_sends_nothing()
    {
        ThreadSignals* second = SignalHost.AddThread();
        SignalEvent how = new() { Number = 34, Notify = SignalEvent.ThreadId, Target = second->Thread->Id };
        ulong id = HostApplication.Room(4);
        Assert.Equal(0, TimerCalls.Create(1, new(HostApplication.Put(new ReadOnlySpan<byte>(&how, sizeof(SignalEvent)))), new(id)));
        Set(*(int*)id, 10, 0);
        SignalHost.RemoveThread(second);
        SignalHost.Advance(20);
        Assert.Null(SignalHost.Next());
        Assert.Equal(-Errno.EINVAL, TimerCalls.Create(1, new(HostApplication.Put(new ReadOnlySpan<byte>(&how, sizeof(SignalEvent)))), new(id)));
    }

    [Fact]
    public void There_are_as_many_timers_as_pending_signals()
    {
        for (int i = 0; i < SignalState.Limit; i++)
            Assert.Equal(i, Create());
        Assert.Equal(-Errno.EAGAIN, PosixTimers.Create(TimerClock.Monotonic, null, new SignalEvent { Number = 34 }, null));
        Assert.Equal(0, PosixTimers.Delete(5));
        Assert.True(Create() >= 0);
    }

    [Fact]
    public void An_interval_timer_repeats_and_tells_what_is_left()
    {
        IntervalTimers.Set(0, 10 * Millisecond, 20 * Millisecond, out long left, out long interval);
        Assert.Equal((0L, 0L), (left, interval));
        SignalHost.Advance(4);
        IntervalTimers.Get(0, out left, out interval);
        Assert.Equal((6 * Millisecond, 20 * Millisecond), (left, interval));
        SignalHost.Advance(6);
        Assert.Equal(14, SignalHost.Next()!.Value.Signal);
        SignalHost.Advance(19);
        Assert.Null(SignalHost.Next());
        SignalHost.Advance(1);
        Assert.Equal(14, SignalHost.Next()!.Value.Signal);
        Assert.Equal(1, TimerCalls.Alarm(3));
        SignalHost.Advance(1400);
        Assert.Equal(2, TimerCalls.Alarm(0));
        Assert.Equal(0, TimerCalls.Alarm(0));
        SignalHost.Advance(10_000);
        Assert.Null(SignalHost.Next());
    }

    [Fact]
    public void Settings_that_are_no_time_are_refused()
    {
        int timer = Create();
        TimerSetting setting = new() { Value = new Timespec { Nanoseconds = Clock.Second } };
        Assert.Equal(-Errno.EINVAL, TimerCalls.Set(timer, 0, new(HostApplication.Put(new ReadOnlySpan<byte>(&setting, sizeof(TimerSetting)))), default));
        setting = new() { Interval = new Timespec { Seconds = -1 } };
        Assert.Equal(-Errno.EINVAL, TimerCalls.Set(timer, 0, new(HostApplication.Put(new ReadOnlySpan<byte>(&setting, sizeof(TimerSetting)))), default));
        Assert.Equal(-Errno.EINVAL, TimerCalls.Set(timer, 0, default, default));
        Assert.Equal(-Errno.EFAULT, TimerCalls.Set(timer, 0, new(8), default));
        Assert.Equal(-Errno.EOPNOTSUPP, TimerCalls.Create(4, default, new(HostApplication.Room(4))));
        Assert.Equal(-Errno.EINVAL, TimerCalls.Create(99, default, new(HostApplication.Room(4))));
    }

    private static int Create(int signal = 34) => (int)PosixTimers.Create(TimerClock.Monotonic, null, new SignalEvent { Number = signal, Value = 77 }, null);

    private static void Set(int timer, long value, long interval)
        => Assert.Equal(0, PosixTimers.Set(timer, value * Millisecond, isAbsolute: false, interval * Millisecond, out _, out _));

    private static (long Left, long Interval) Get(int timer)
    {
        Assert.Equal(0, PosixTimers.Get(timer, out long left, out long interval));
        return (left, interval);
    }
}
