using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Events;
using AzaleaOS.Memory;
using AzaleaOS.Signals;

namespace AzaleaOS.Syscalls;

/// <summary>Descriptors that stand for events and timers.</summary>
internal static unsafe class EventCalls
{
    private const OpenFlags Kept = OpenFlags.CloseOnExec | OpenFlags.NonBlocking;

    /// <summary>eventfd(2).</summary>
    [Syscall(284)]
    internal static long Event(uint value) => Event(value, 0);

    /// <summary>eventfd2.</summary>
    [Syscall(290)]
    internal static long Event(uint value, uint flags)
    {
        if ((flags & ~((uint)Kept | EventCounter.Semaphore)) != 0)
        {
            return -Errno.EINVAL;
        }

        EventCounter* counter = EventCounter.Make(value, (flags & EventCounter.Semaphore) != 0);
        if (counter == null)
        {
            return -Errno.ENOMEM;
        }

        long result = DescriptorTable.AddAnonymous(PollableFiles.EventCounter, counter, ((OpenFlags)flags & Kept) | OpenFlags.ReadWrite);
        if (result < 0)
        {
            EventCounter.Free(counter);
        }

        return result;
    }

    /// <summary>timerfd_create(2).</summary>
    [Syscall(283)]
    internal static long CreateTimer(int clock, OpenFlags flags)
    {
        const int RealTime = 0, Monotonic = 1, BootTime = 7, RealTimeAlarm = 8, BootTimeAlarm = 9;
        if ((flags & ~Kept) != 0 || clock is not (RealTime or Monotonic or BootTime or RealTimeAlarm or BootTimeAlarm))
        {
            return -Errno.EINVAL;
        }

        TimerFile* timer = TimerFile.Make(clock is RealTime or RealTimeAlarm);
        if (timer == null)
        {
            return -Errno.ENOMEM;
        }

        long result = DescriptorTable.AddAnonymous(PollableFiles.Timer, timer, flags | OpenFlags.ReadWrite);
        if (result < 0)
        {
            TimerFile.Free(timer);
        }

        return result;
    }

    /// <summary>timerfd_settime(2).</summary>
    [Syscall(286)]
    internal static long SetTimer(int descriptor, uint flags, UserPointer<TimerSetting> from, UserPointer<TimerSetting> to)
    {
        const uint Absolute = 1, CancelOnSet = 2;
        if (!from.TryRead(out TimerSetting wanted))
        {
            return -Errno.EFAULT;
        }

        if ((flags & ~(Absolute | CancelOnSet)) != 0 || !TimeCalls.IsValid(wanted.Value) || !TimeCalls.IsValid(wanted.Interval))
        {
            return -Errno.EINVAL;
        }

        FileReference reference = DescriptorTable.Get(descriptor);
        long result = Check(reference);
        if (result == 0)
        {
            ((TimerFile*)reference.File->Data)->Set(
                TimeCalls.ToNanoseconds(wanted.Value),
                TimeCalls.ToNanoseconds(wanted.Interval),
                (flags & Absolute) != 0,
                out long value,
                out long interval);
            result = to.IsNull || to.TryWrite(SettingOf(value, interval)) ? 0 : -Errno.EFAULT;
        }

        reference.Release();
        return result;
    }

    /// <summary>timerfd_gettime(2).</summary>
    [Syscall(287)]
    internal static long GetTimer(int descriptor, UserPointer<TimerSetting> to)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        long result = Check(reference);
        if (result == 0)
        {
            ((TimerFile*)reference.File->Data)->Get(out long value, out long interval);
            result = to.TryWrite(SettingOf(value, interval)) ? 0 : -Errno.EFAULT;
        }

        reference.Release();
        return result;
    }

    /// <summary>signalfd(2).</summary>
    [Syscall(282)]
    internal static long Signals(int descriptor, UserPointer<ulong> set, ulong maskBytes) => Signals(descriptor, set, maskBytes, 0);

    /// <summary>signalfd4.</summary>
    [Syscall(289)]
    internal static long Signals(int descriptor, UserPointer<ulong> set, ulong maskBytes, OpenFlags flags)
    {
        if (maskBytes != SignalCalls.MaskBytes)
        {
            return -Errno.EINVAL;
        }

        if (!set.TryRead(out ulong signals))
        {
            return -Errno.EFAULT;
        }

        if ((flags & ~Kept) != 0)
        {
            return -Errno.EINVAL;
        }

        signals &= ~SignalSet.Uncatchable;
        if (descriptor == -1)
        {
            return DescriptorTable.AddAnonymous(PollableFiles.Signals, (void*)signals, flags | OpenFlags.ReadWrite);
        }

        FileReference reference = DescriptorTable.Get(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : reference.File->Operations != PollableFiles.Signals ? -Errno.EINVAL : descriptor;
        if (result >= 0)
        {
            SignalFile.Change(reference.File, signals);
        }

        reference.Release();
        return result;
    }

    private static long Check(FileReference reference)
        => reference.IsNull ? -Errno.EBADF : reference.File->Operations != PollableFiles.Timer ? -Errno.EINVAL : 0;

    private static TimerSetting SettingOf(long value, long interval)
        => new() { Value = TimeCalls.ToTimespec(value), Interval = TimeCalls.ToTimespec(interval) };
}
