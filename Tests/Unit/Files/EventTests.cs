using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files.Events;
using AzaleaOS.Memory;
using AzaleaOS.Syscalls;
using AzaleaOS.Tests.Unit.Applications;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Files;

/// <summary>Event counters, the arithmetic of timers, and select.</summary>
[Collection(nameof(ApplicationTests))]
public sealed unsafe class EventTests : IDisposable
{
    private const uint NonBlocking = (uint)OpenFlags.NonBlocking;

    private readonly HostApplication _host = new();
    private readonly ulong _value = HostApplication.Room(8);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_counter_adds_up_and_is_taken_as_a_whole()
    {
        int counter = (int)EventCalls.Event(3, NonBlocking);
        Assert.Equal(8, Write(counter, 4));
        Assert.Equal(7UL, Read(counter));
        Assert.Null(Read(counter));
    }

    [Fact]
    public void A_semaphore_is_taken_one_by_one()
    {
        int counter = (int)EventCalls.Event(2, NonBlocking | EventCounter.Semaphore);
        Assert.Equal(1UL, Read(counter));
        Assert.Equal(1UL, Read(counter));
        Assert.Null(Read(counter));
    }

    [Fact]
    public void A_counter_has_a_largest_value_and_a_size()
    {
        int counter = (int)EventCalls.Event(0, NonBlocking);
        Assert.Equal(-Errno.EINVAL, Write(counter, ulong.MaxValue));
        Assert.Equal(8, Write(counter, ulong.MaxValue - 1));
        Assert.Equal(-Errno.EAGAIN, Write(counter, 1));
        Assert.Equal(-Errno.EINVAL, Transfers.Write(counter, _value, 7));
        Assert.Equal(-Errno.EINVAL, Transfers.Read(counter, _value, 7));
        Assert.Equal(-Errno.EINVAL, EventCalls.Event(0, 4));
        Assert.Equal(ulong.MaxValue - 1, Read(counter));
    }

    [Property]
    public void Expirations_are_counted_as_by_one_who_waits_for_each(uint first, ushort interval, ushort later)
    {
        long step = interval + 1L;
        long now = first + later;
        ulong counted = 0;
        for (long at = first; at <= now; at += step)
            counted++;
        Assert.Equal(counted, TimerFile.Expirations(first, step, now));
    }

    [Fact]
    public void A_timer_that_is_not_armed_has_nothing_to_tell()
    {
        int timer = (int)EventCalls.CreateTimer(1, OpenFlags.NonBlocking);
        Assert.Equal(-Errno.EINVAL, EventCalls.CreateTimer(2, 0));
        Assert.Equal(-Errno.EINVAL, EventCalls.CreateTimer(1, OpenFlags.Append));
        ulong to = HostApplication.Room(32);
        ulong nothing = Word(0, 0, 0, 0);
        Assert.Equal(0, EventCalls.SetTimer(timer, 0, new(nothing), new(to)));
        Assert.Equal([0, 0, 0, 0], Fields(to));
        Assert.Equal(0, EventCalls.GetTimer(timer, new(to)));
        Assert.Equal([0, 0, 0, 0], Fields(to));
        Assert.Equal(-Errno.EAGAIN, Transfers.Read(timer, _value, 8));
        Assert.Equal(-Errno.EINVAL, EventCalls.SetTimer(timer, 0, new(Word(0, 0, 0, 1_000_000_000)), default));
        Assert.Equal(-Errno.EINVAL, EventCalls.SetTimer(timer, 8, new(nothing), default));
        Assert.Equal(-Errno.EBADF, EventCalls.GetTimer(99, new(to)));
        Assert.Equal(0, Opening.Close(timer));
    }

    [Fact]
    public void Select_answers_in_the_sets_and_counts_bits()
    {
        int full = (int)EventCalls.Event(1, NonBlocking);
        int empty = (int)EventCalls.Event(0, NonBlocking);
        ulong both = (1UL << full) | (1UL << empty);
        ulong reads = Word(both);
        ulong writes = Word(both);
        ulong exceptions = Word(both);
        Assert.Equal(3, SelectCalls.Select(8, reads, writes, exceptions, new(Word(0, 0))));
        Assert.Equal(1UL << full, BitConverter.ToUInt64(HostApplication.At(reads, 8)));
        Assert.Equal(both, BitConverter.ToUInt64(HostApplication.At(writes, 8)));
        Assert.Equal(0UL, BitConverter.ToUInt64(HostApplication.At(exceptions, 8)));
        Assert.Equal(-Errno.EBADF, SelectCalls.Select(8, Word(1 << 7), 0, 0, new(Word(0, 0))));
        Assert.Equal(0, SelectCalls.Select(7, Word(1 << 7), 0, 0, new(Word(0, 0))));
        Assert.Equal(-Errno.EINVAL, SelectCalls.Select(-1, 0, 0, 0, new(Word(0, 0))));
        Assert.Equal(-Errno.EINVAL, SelectCalls.Select(0, 0, 0, 0, new UserPointer<Timeval>(Word(0, ulong.MaxValue))));
        Assert.Equal(-Errno.EFAULT, SelectCalls.Select(1, 8, 0, 0, new(Word(0, 0))));
    }

    [Fact]
    public void Poll_passes_over_negative_descriptors_and_marks_those_that_are_not_open()
    {
        int full = (int)EventCalls.Event(1, NonBlocking);
        ulong room = HostApplication.Room(8 * 20);
        for (int i = 0; i < 20; i++)
        {
            BitConverter.TryWriteBytes(HostApplication.At(room + ((ulong)i * 8), 4), i == 0 ? -1 : i == 1 ? 99 : full);
            BitConverter.TryWriteBytes(HostApplication.At(room + ((ulong)i * 8) + 4, 4), 0xffff0000u | (i == 2 ? 0 : PollEvents.In));
        }

        Assert.Equal(18, PollCalls.Poll(new UserPointer<PollDescriptor>(room), 20, 0));
        Assert.Equal(
            [0, (ushort)PollEvents.Invalid, 0, .. Enumerable.Repeat((ushort)PollEvents.In, 17)],
            Enumerable.Range(0, 20).Select(i => BitConverter.ToUInt16(HostApplication.At(room + ((ulong)i * 8) + 6, 2))));
        Assert.Equal(-Errno.EFAULT, PollCalls.Poll(new UserPointer<PollDescriptor>(8), 1, 0));
        Assert.Equal(-Errno.EINVAL, PollCalls.Poll(new UserPointer<PollDescriptor>(room), 5000, 0));
    }

    private static ulong Word(params ulong[] words) => HostApplication.Put(System.Runtime.InteropServices.MemoryMarshal.AsBytes<ulong>(words));

    private static long[] Fields(ulong at) => [.. Enumerable.Range(0, 4).Select(i => BitConverter.ToInt64(HostApplication.At(at + ((ulong)i * 8), 8)))];

    private long Write(int counter, ulong value)
    {
        BitConverter.TryWriteBytes(HostApplication.At(_value, 8), value);
        return Transfers.Write(counter, _value, 8);
    }

    private ulong? Read(int counter)
    {
        long result = Transfers.Read(counter, _value, 8);
        Assert.True(result is 8 || result == -Errno.EAGAIN, $"{result}");
        return result == 8 ? BitConverter.ToUInt64(HostApplication.At(_value, 8)) : null;
    }
}
