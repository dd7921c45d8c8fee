using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Signals;
using AzaleaOS.Syscalls;
using AzaleaOS.Tests.Unit.Applications;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Signals;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class SignalSendingTests : IDisposable
{
    private static readonly int[] s_used = [1, 4, 10, 11, 15, 17, 32, 34, 40, 64];
    private readonly SignalHost _host = new();

    public void Dispose() => _host.Dispose();

    [Property(MaxTest = 200)]
    public void Signals_are_delivered_in_the_order_of_Linux((byte Signal, bool ToProcess)[] sent)
    {
        using SignalHost fresh = new();
        List<(int Signal, ulong Value, bool ToProcess)> model = [];
        foreach (int signal in s_used)
            SignalHost.SetHandler(signal);
        SignalHost.Block(SignalHost.Self, s_used);
        for (int i = 0; i < sent.Length; i++)
        {
            int signal = s_used[sent[i].Signal % s_used.Length];
            bool toProcess = sent[i].ToProcess;
            Assert.Equal(0, SignalHost.Send(signal, SignalHost.Self, toProcess, (ulong)i));
            if (signal >= 32 || !model.Exists(m => m.Signal == signal && m.ToProcess == toProcess))
                model.Add((signal, (ulong)i, toProcess));
        }

        Assert.Null(SignalHost.Next());
        SignalHost.Block(SignalHost.Self);
        Assert.Equal(model.Count > 0, SignalHost.IsNotified(SignalHost.Self));

        // The thread's own before the process's; synchronous signals first, then by number; one number in the order sent.
        foreach ((int signal, ulong value, _) in model.OrderBy(m => m.ToProcess).ThenBy(m => m.Signal is 4 or 11 ? 0 : 1).ThenBy(m => m.Signal).ThenBy(m => m.Value))
            Assert.Equal((signal, value), SignalHost.Next());
        Assert.Null(SignalHost.Next());
        Assert.False(SignalHost.IsNotified(SignalHost.Self));
        Assert.Equal(0, SignalState.InUse);
    }

    [Fact]
    public void A_fault_comes_before_what_others_sent()
    {
        foreach (int signal in s_used)
            SignalHost.SetHandler(signal);
        SignalHost.Send(4, SignalHost.Self, false);
        SignalInformation fault = new() { Number = 11, Code = SignalCode.NotMapped, Address = 77 };
        SignalSender.Force(&fault);
        Assert.Equal(11, SignalHost.Next()!.Value.Signal);
        Assert.Equal(4, SignalHost.Next()!.Value.Signal);
    }

    [Fact]
    public void A_fault_that_is_held_back_or_ignored_gets_the_default_action()
    {
        SignalHost.SetHandler(11);
        SignalHost.SetHandler(8, handler: 1);
        SignalHost.Block(SignalHost.Self, 11);
        SignalInformation fault = new() { Number = 11, Code = SignalCode.NotMapped };
        SignalSender.Force(&fault);
        Assert.Equal((0UL, 0UL), (SignalState.ActionFor(11).Handler, SignalHost.Self->Blocked));
        fault = new() { Number = 8, Code = SignalCode.IntegerDivide };
        SignalSender.Force(&fault);
        Assert.Equal(0UL, SignalState.ActionFor(8).Handler);
        Assert.Equal(SignalSet.Of(8) | SignalSet.Of(11), SignalHost.Self->Pending.Set);
    }

    [Fact]
    public void Ignored_signals_are_dropped_unless_they_are_held_back_and_then_when_they_become_ignored()
    {
        Assert.Equal(0, SignalHost.Send(17, SignalHost.Self, true));
        Assert.Equal(0UL, SignalState.Shared.Set);
        SignalHost.Block(SignalHost.Self, 17, 40);
        SignalHost.SetHandler(40);
        SignalHost.Send(17, SignalHost.Self, true);
        SignalHost.Send(40, SignalHost.Self, true);
        SignalHost.Send(40, SignalHost.Self, false);
        ulong ignore = HostApplication.Put([1, .. new byte[31]]);
        Assert.Equal(0, SignalCalls.SetAction(40, new(ignore), default, 8));
        Assert.Equal((SignalSet.Of(17), 0UL), (SignalState.Shared.Set, SignalHost.Self->Pending.Set));
        Assert.Equal(0, SignalCalls.SetAction(17, new(HostApplication.Room(32)), default, 8));
        Assert.Equal((0UL, 0), (SignalState.Shared.Set, SignalState.InUse));
    }

    [Fact]
    public void A_stop_drops_a_pending_continue_and_the_other_way_round()
    {
        SignalHost.Block(SignalHost.Self, 18, 20);
        SignalHost.Send(18, SignalHost.Self, false);
        SignalHost.Send(20, SignalHost.Self, true);
        Assert.Equal((0UL, SignalSet.Of(20)), (SignalHost.Self->Pending.Set, SignalState.Shared.Set));
        SignalHost.Send(18, SignalHost.Self, false);
        Assert.Equal((SignalSet.Of(18), 0UL), (SignalHost.Self->Pending.Set, SignalState.Shared.Set));
    }

    [Fact]
    public void When_the_limit_is_reached_real_time_signals_are_refused_and_others_lose_what_is_known_of_them()
    {
        SignalHost.SetHandler(34);
        SignalHost.SetHandler(10);
        SignalHost.Block(SignalHost.Self, 34, 10, 40);
        for (int i = 0; i < SignalState.Limit; i++)
            Assert.Equal(0, SignalHost.Send(34, SignalHost.Self, i % 2 == 0, (ulong)i));
        Assert.Equal(-Errno.EAGAIN, SignalHost.Send(34, SignalHost.Self, false, 5));
        Assert.Equal(0, SignalHost.Send(34, SignalHost.Self, false, 5, SignalCode.User));
        Assert.Equal(0, SignalHost.Send(10, SignalHost.Self, false, 9));
        Assert.Equal(0, SignalHost.Send(40, SignalHost.Self, true, 9, SignalCode.User));
        SignalInformation information;
        Assert.True(SignalReader.TryDequeue(SignalSet.Of(10), &information));
        Assert.Equal((10, SignalCode.User, 0UL), (information.Number, information.Code, information.Value));
        Assert.True(SignalReader.TryDequeue(SignalSet.Of(34), &information));
        Assert.Equal(0, SignalHost.Send(34, SignalHost.Self, false, 5));
    }

    [Fact]
    public void A_signal_for_the_process_goes_to_a_thread_that_does_not_hold_it_back()
    {
        SignalHost.SetHandler(10);
        ThreadSignals* second = SignalHost.AddThread();
        ThreadSignals* third = SignalHost.AddThread();
        SignalHost.Block(SignalHost.Self, 10);
        SignalHost.Block(second, 10);
        SignalHost.Send(10, SignalHost.Self, true);
        Assert.Equal((false, false, true), (SignalHost.IsNotified(SignalHost.Self), SignalHost.IsNotified(second), SignalHost.IsNotified(third)));

        // It will not take it after all: nobody can until the second lets it through.
        SignalHost.Block(third, 10);
        Assert.False(SignalHost.IsNotified(third));
        SignalHost.Block(second);
        Assert.True(SignalHost.IsNotified(second));

        // It ends: the first takes over as soon as it can.
        SignalHost.RemoveThread(second);
        SignalHost.Block(SignalHost.Self);
        Assert.True(SignalHost.IsNotified(SignalHost.Self));
        Assert.Equal(10, SignalHost.Next()!.Value.Signal);
    }

    [Fact]
    public void A_thread_that_ends_leaves_signals_for_the_process_to_the_others_and_takes_its_own_along()
    {
        SignalHost.SetHandler(10);
        SignalHost.SetHandler(12);
        ThreadSignals* second = SignalHost.AddThread();
        SendToTheProcess(second, 10);
        SignalHost.Send(12, second, false);
        SignalHost.RemoveThread(second);
        Assert.Equal((10, 0UL), SignalHost.Next());
        Assert.Null(SignalHost.Next());
        Assert.Equal(0, SignalState.InUse);
    }

    [Fact]
    public void A_signal_that_ends_the_process_overtakes_those_that_wait()
    {
        SignalHost.SetHandler(1);
        SignalHost.Send(1, SignalHost.Self, false);
        SignalHost.Send(15, SignalHost.Self, true);
        Assert.Equal(15, SignalState.Fatal);
        Assert.Equal(0, SignalHost.Send(2, SignalHost.Self, true));
        Assert.Equal(SignalSet.Of(15), SignalState.Shared.Set);
    }

    [Fact]
    public void A_new_thread_has_its_parents_mask_and_nothing_pending()
    {
        SignalHost.Block(SignalHost.Self, 10, 9, 19);
        SignalHost.Send(10, SignalHost.Self, false);
        ThreadSignals* second = SignalHost.AddThread();
        Assert.Equal((SignalSet.Of(10), 0UL, SignalStackFlags.Disabled), (second->Blocked, second->Pending.Set, second->AlternateStack.Flags));
        Assert.Equal(-Errno.ESRCH, SignalSending.KillThread(1000, 0));
        Assert.Equal(0, SignalSending.KillThread(second->Thread->Id, 0));
        Assert.Equal(0, SignalSending.Kill(second->Thread->Id, 10));
        Assert.Equal(SignalSet.Of(10), SignalState.Shared.Set);
        Assert.Equal(-Errno.ESRCH, SignalSending.Kill(-1, 10));
        Assert.Equal(-Errno.EINVAL, SignalSending.Kill(0, 65));
    }

    [Fact]
    public void A_mask_for_one_call_stays_until_the_signal_that_ended_the_call_is_delivered()
    {
        SignalHost.SetHandler(10);
        SignalHost.Block(SignalHost.Self, 10);
        SignalHost.Send(10, SignalHost.Self, false);
        SignalMask.Replace(SignalSet.Of(12));
        Assert.True(SignalHost.IsNotified(SignalHost.Self));
        SignalMask.RestoreUnless(interrupted: true);
        Assert.Equal((SignalSet.Of(12), true), (SignalHost.Self->Blocked, SignalHost.Self->HasSavedMask));
        Assert.Equal(10, SignalHost.Next()!.Value.Signal);
        SignalMask.RestoreUnless(interrupted: true);
        Assert.Equal((SignalSet.Of(10), false), (SignalHost.Self->Blocked, SignalHost.Self->HasSavedMask));
    }

    // Pending for the process, and it is the second thread that was told.
    private static void SendToTheProcess(ThreadSignals* thread, int signal)
    {
        SignalHost.Block(SignalHost.Self, signal);
        SignalHost.Send(signal, SignalHost.Self, true);
        Assert.True(SignalHost.IsNotified(thread));
        SignalHost.Block(SignalHost.Self);
    }
}
