using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>The three eventfds of a queue.</summary>
internal sealed unsafe class QueueEvents : IDisposable
{
    internal int Kick { get; } = Create();

    internal int Call { get; } = Create();

    internal int Error { get; } = Create();

    /// <summary>Waits for an event and takes it.</summary>
    internal static bool Wait(int descriptor, int milliseconds = 30_000)
    {
        var wait = new PollDescriptor { Descriptor = descriptor, Events = Libc.PollIn };
        if (Libc.Poll(&wait, 1, milliseconds) <= 0)
            return false;

        Libc.Acknowledge(descriptor);
        return true;
    }

    public void Dispose()
    {
        foreach (int descriptor in new[] { Kick, Call, Error })
            Assert.Equal(0, Libc.Close(descriptor));
    }

    private static int Create()
    {
        int descriptor = Libc.CreateEvent(0, Libc.EventCloseOnExec | Libc.EventNonBlocking);
        Assert.True(descriptor >= 0);
        return descriptor;
    }
}
