using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Syscalls;
using AzaleaOS.Tests.Unit.Applications;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Files;

/// <summary>epoll over event counters, without waiting.</summary>
[Collection(nameof(ApplicationTests))]
public sealed unsafe class EpollTests : IDisposable
{
    private const int Add = 1;
    private const int Delete = 2;
    private const int Modify = 3;

    private readonly HostApplication _host = new();
    private readonly ulong _events = HostApplication.Room(12 * 64);
    private readonly ulong _value = HostApplication.Room(8);
    private readonly int _poll;

    public EpollTests() => _poll = (int)EpollCalls.Create((OpenFlags)0);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Level_triggered_items_are_told_as_long_as_they_have_something()
    {
        int counter = Counter();
        Assert.Equal(0, Control(Add, counter, PollEvents.In, 7));
        Assert.Empty(Wait());
        Raise(counter);
        Assert.Equal([(PollEvents.In, 7UL)], Wait());
        Assert.Equal([(PollEvents.In, 7UL)], Wait());
        Lower(counter);
        Assert.Empty(Wait());
    }

    [Fact]
    public void Edge_triggered_items_are_told_once_for_each_event()
    {
        int counter = Counter();
        Control(Add, counter, PollEvents.In | PollEvents.Edge, 7);
        Raise(counter);
        Assert.Single(Wait());
        Assert.Empty(Wait());
        Raise(counter);
        Assert.Single(Wait());
        Lower(counter);
        Raise(counter);
        Lower(counter);
        Assert.Empty(Wait());
    }

    [Fact]
    public void What_was_there_before_an_item_was_added_is_told()
    {
        int counter = Counter();
        Raise(counter);
        Control(Add, counter, PollEvents.In | PollEvents.Out | PollEvents.Edge, 7);
        Assert.Equal([(PollEvents.In | PollEvents.Out, 7UL)], Wait());
        Assert.Empty(Wait());
    }

    [Fact]
    public void A_one_shot_item_is_told_once_until_it_is_enabled_again()
    {
        int counter = Counter();
        Control(Add, counter, PollEvents.In | PollEvents.OneShot, 7);
        Raise(counter);
        Assert.Single(Wait());
        Raise(counter);
        Assert.Empty(Wait());
        Control(Modify, counter, PollEvents.In | PollEvents.OneShot, 8);
        Assert.Equal([(PollEvents.In, 8UL)], Wait());
        Assert.Empty(Wait());
    }

    [Fact]
    public void Everyone_has_a_turn_when_there_is_room_for_few()
    {
        for (ulong i = 0; i < 5; i++)
        {
            int counter = Counter();
            Control(Add, counter, PollEvents.In, i);
            Raise(counter);
        }

        ulong[] told = [.. Enumerable.Range(0, 5).SelectMany(_ => Wait(2)).Select(found => found.Data)];
        Assert.Equal([0UL, 1, 2, 3, 4, 0, 1, 2, 3, 4], told);
    }

    [Fact]
    public void A_descriptor_is_watched_once_and_a_duplicate_is_another_one()
    {
        int counter = Counter();
        Assert.Equal(-Errno.ENOENT, Control(Modify, counter, PollEvents.In, 1));
        Assert.Equal(-Errno.ENOENT, Control(Delete, counter, 0, 0));
        Assert.Equal(0, Control(Add, counter, PollEvents.In, 1));
        Assert.Equal(-Errno.EEXIST, Control(Add, counter, PollEvents.In, 1));
        int duplicate = (int)Opening.Duplicate(counter);
        Assert.Equal(0, Control(Add, duplicate, PollEvents.In, 2));
        Raise(counter);
        Assert.Equal(2, Wait().Length);
        Assert.Equal(0, Control(Delete, counter, 0, 0));
        Assert.Equal([(PollEvents.In, 2UL)], Wait());
    }

    [Fact]
    public void Only_the_last_close_of_a_file_ends_the_watch()
    {
        int counter = Counter();
        int duplicate = (int)Opening.Duplicate(counter);
        Control(Add, counter, PollEvents.In, 1);
        Opening.Close(counter);
        Raise(duplicate);
        Assert.Single(Wait());
        Opening.Close(duplicate);
        Assert.Empty(Wait());
    }

    [Fact]
    public void Closing_the_epoll_descriptor_leaves_the_files_alone()
    {
        int counter = Counter();
        Control(Add, counter, PollEvents.In, 1);
        Opening.Close(_poll);
        Raise(counter);
        Assert.Equal(0, Opening.Close(counter));
    }

    [Fact]
    public void What_is_no_epoll_descriptor_or_cannot_be_polled_is_refused()
    {
        int counter = Counter();
        Assert.Equal(-Errno.EBADF, EpollCalls.Control(99, Add, counter, Event(1, 1)));
        Assert.Equal(-Errno.EBADF, EpollCalls.Control(_poll, Add, 99, Event(1, 1)));
        Assert.Equal(-Errno.EINVAL, EpollCalls.Control(counter, Add, _poll, Event(1, 1)));
        Assert.Equal(-Errno.EINVAL, EpollCalls.Control(_poll, Add, _poll, Event(1, 1)));
        Assert.Equal(-Errno.EINVAL, EpollCalls.Control(_poll, 9, counter, Event(1, 1)));
        Assert.Equal(-Errno.EFAULT, EpollCalls.Control(_poll, Add, counter, new(8)));
        Assert.Equal(-Errno.EINVAL, EpollCalls.Wait(counter, new(_events), 1, 0));
        Assert.Equal(-Errno.EINVAL, EpollCalls.Wait(_poll, new(_events), 0, 0));
        Assert.Equal(-Errno.EBADF, EpollCalls.Wait(99, new(_events), 1, 0));
        Assert.Equal(-Errno.EINVAL, EpollCalls.Create(0));
        Assert.Equal(-Errno.EINVAL, EpollCalls.Create((OpenFlags)1));
    }

    [Fact]
    public void Exclusive_items_allow_only_what_makes_sense_with_it()
    {
        int counter = Counter();
        Assert.Equal(-Errno.EINVAL, Control(Add, counter, PollEvents.In | PollEvents.Exclusive | PollEvents.OneShot, 1));
        Assert.Equal(0, Control(Add, counter, PollEvents.In | PollEvents.Exclusive, 1));
        Assert.Equal(-Errno.EINVAL, Control(Modify, counter, PollEvents.In, 1));
        Raise(counter);
        Assert.Single(Wait());
    }

    [Fact]
    public void Nested_descriptors_pass_events_on_and_make_no_circle()
    {
        int outer = (int)EpollCalls.Create((OpenFlags)0);
        Assert.Equal(0, EpollCalls.Control(outer, Add, _poll, Event(PollEvents.In | PollEvents.Edge, 5)));
        Assert.Equal(-Errno.ELOOP, EpollCalls.Control(_poll, Add, outer, Event(PollEvents.In, 5)));
        int counter = Counter();
        Control(Add, counter, PollEvents.In, 1);
        Assert.Empty(Wait(of: outer));
        Raise(counter);
        Assert.Equal([(PollEvents.In, 5UL)], Wait(of: outer));
        Assert.Single(Wait());
        Lower(counter);
        Raise(counter);
        Lower(counter);
        Assert.Empty(Wait(of: outer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_chain_of_descriptors_has_at_most_four_links(bool upwards)
    {
        int[] chain = [.. Enumerable.Range(0, 7).Select(_ => (int)EpollCalls.Create((OpenFlags)0))];
        long[] results = [.. Enumerable.Range(0, 6).Select(i => upwards
            ? EpollCalls.Control(chain[i + 1], Add, chain[i], Event(PollEvents.In, 1))
            : EpollCalls.Control(chain[i], Add, chain[i + 1], Event(PollEvents.In, 1)))];
        Assert.Equal([0, 0, 0, 0, -Errno.ELOOP, 0], results);
    }

    [Property(MaxTest = 100)]
    public void Whatever_happens_exactly_those_with_something_are_told(byte[] steps)
    {
        int poll = (int)EpollCalls.Create((OpenFlags)0);
        int[] counters = [.. Enumerable.Range(0, 4).Select(_ => Counter())];
        bool[] watched = new bool[4];
        int[] values = new int[4];
        foreach (byte step in steps)
        {
            int i = step & 3;
            switch ((step >> 2) & 3)
            {
                case 0:
                    Assert.Equal(watched[i] ? -Errno.EEXIST : 0, EpollCalls.Control(poll, Add, counters[i], Event(PollEvents.In, (ulong)i)));
                    watched[i] = true;
                    break;
                case 1:
                    Assert.Equal(watched[i] ? 0 : -Errno.ENOENT, EpollCalls.Control(poll, Delete, counters[i], default));
                    watched[i] = false;
                    break;
                case 2:
                    Raise(counters[i]);
                    values[i]++;
                    break;
                default:
                    if (values[i] != 0)
                        Lower(counters[i]);
                    values[i] = 0;
                    break;
            }

            ulong[] told = [.. Wait(of: poll).Select(found => found.Data).Order()];
            Assert.Equal(Enumerable.Range(0, 4).Where(n => watched[n] && values[n] != 0).Select(n => (ulong)n), told);
        }

        Opening.Close(poll);
        foreach (int counter in counters)
            Opening.Close(counter);
    }

    private static int Counter() => (int)EventCalls.Event(0, (uint)OpenFlags.NonBlocking);

    private static UserPointer<EpollEvent> Event(uint events, ulong data)
    {
        ulong room = HostApplication.Room(12);
        BitConverter.TryWriteBytes(HostApplication.At(room, 4), events);
        BitConverter.TryWriteBytes(HostApplication.At(room + 4, 8), data);
        return new(room);
    }

    private long Control(int operation, int descriptor, uint events, ulong data) => EpollCalls.Control(_poll, operation, descriptor, Event(events, data));

    private (uint Events, ulong Data)[] Wait(int most = 64, int of = -1)
    {
        long count = EpollCalls.Wait(of < 0 ? _poll : of, new(_events), most, 0);
        Assert.True(count >= 0, $"{count}");
        return [.. Enumerable.Range(0, (int)count).Select(i =>
            (BitConverter.ToUInt32(HostApplication.At(_events + ((ulong)i * 12), 4)), BitConverter.ToUInt64(HostApplication.At(_events + ((ulong)i * 12) + 4, 8))))];
    }

    private void Raise(int counter)
    {
        BitConverter.TryWriteBytes(HostApplication.At(_value, 8), 1UL);
        Assert.Equal(8, Transfers.Write(counter, _value, 8));
    }

    private void Lower(int counter) => Assert.Equal(8, Transfers.Read(counter, _value, 8));
}
