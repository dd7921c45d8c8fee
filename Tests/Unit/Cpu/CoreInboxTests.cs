using AzaleaOS.Cpu;

namespace AzaleaOS.Tests.Unit.Cpu;

/// <summary>One slot, many senders, one owner.</summary>
public sealed unsafe class CoreInboxTests
{
    private static int s_sum;

    [Fact]
    public void An_empty_inbox_gives_nothing()
    {
        CoreInbox inbox = default;

        Assert.False(inbox.TryTake(out _, out _));
    }

    [Fact]
    public void What_is_left_is_taken_once()
    {
        CoreInbox inbox = default;
        int value = 5;
        s_sum = 0;

        Assert.True(inbox.TryPut(&Add, &value, out bool needsInterrupt));
        Assert.False(needsInterrupt);
        Assert.False(inbox.TryPut(&Add, &value, out _));
        Assert.True(inbox.TryTake(out delegate*<void*, void> function, out void* argument));
        Assert.False(inbox.TryTake(out _, out _));
        function(argument);
        Assert.Equal(value, s_sum);
    }

    [Fact]
    public void Nothing_is_lost_or_doubled_between_many_senders_and_the_owner()
    {
        const int Senders = 3;
        const int Each = 20_000;
        CoreInbox* inbox = stackalloc CoreInbox[1];
        *inbox = default;
        nint address = (nint)inbox;
        s_sum = 0;

        Thread[] senders = [.. Enumerable.Range(0, Senders).Select(_ => new Thread(() => Send((CoreInbox*)address, Each)))];
        foreach (Thread sender in senders)
            sender.Start();
        for (int taken = 0; taken < Senders * Each;)
        {
            if (!inbox->TryTake(out delegate*<void*, void> function, out void* argument))
            {
                Thread.Yield();
                continue;
            }

            function(argument);
            taken++;
        }

        foreach (Thread sender in senders)
            sender.Join();
        Assert.Equal(Senders * (Each * (Each + 1) / 2), s_sum);
        Assert.False(inbox->TryTake(out _, out _));
    }

    private static void Send(CoreInbox* inbox, int count)
    {
        for (nint i = 1; i <= count; i++)
        {
            while (!inbox->TryPut(&AddNumber, (void*)i, out _))
                Thread.Yield();
        }
    }

    private static void Add(void* value) => s_sum += *(int*)value;

    private static void AddNumber(void* value) => s_sum += (int)value;
}
