using System.Diagnostics;
using AzaleaOS.Abi;

namespace AzaleaOS.UserApps.Linked;

/// <summary>Uses each part and says whether it did what it should.</summary>
internal static class Checks
{
    /// <summary>Threads hand numbers over, and waits end in time.</summary>
    internal static bool Semaphores()
    {
        const int Count = 2000;
        using var items = new KernelSemaphore();
        using var room = new KernelSemaphore(3);
        int[] slots = new int[3];
        long sum = 0;
        var consumer = new Thread(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                items.Wait();
                sum += slots[i % 3];
                room.Post();
            }
        });
        consumer.Start();
        for (int i = 0; i < Count; i++)
        {
            room.Wait();
            slots[i % 3] = i;
            items.Post();
        }

        consumer.Join();
        var watch = Stopwatch.StartNew();
        bool isLate = !items.Wait(30) && watch.ElapsedMilliseconds >= 30;
        bool isFull = Throws(() => new KernelSemaphore(SemaphoreWord.Largest).Post(), Errno.EOVERFLOW);
        bool isWrong = Throws(() => _ = new KernelSemaphore(SemaphoreWord.Largest + 1), Errno.EINVAL);
        return Say("semaphores", sum == (long)Count * (Count - 1) / 2 && isLate && isFull && isWrong && items.CancelableWait(0) == Errno.ETIMEDOUT);
    }

    /// <summary>Ticks go on while a thread sleeps.</summary>
    internal static bool Ticks()
    {
        long start = Azalea.Ticks;
        bool slept = Azalea.Sleep(120);
        Azalea.Yield();
        return Say("ticks", slept && Azalea.Ticks - start >= 11);
    }

    /// <summary>Priorities are what was set.</summary>
    internal static bool Priorities()
    {
        Azalea.SetPriority(20);
        bool isSet = Azalea.GetPriority() == 20 && Azalea.GetPriority(Azalea.GetTid()) == 20;
        Azalea.SetPriority(0);
        return Say("priorities", isSet && Azalea.GetPriority() == 0 && Throws(() => Azalea.SetPriority(100), Errno.EINVAL) && Throws(() => _ = Azalea.GetPriority(99999), Errno.ESRCH));
    }

    /// <summary>Memory is there, aligned, and can be written from its first byte to its last.</summary>
    internal static unsafe bool Memory()
    {
        using CoreMemory small = CoreMemory.Allocate(10_000);
        using CoreMemory large = CoreMemory.AllocateLarge(3 << 20);
        bool isAligned = small.Bytes == 12288 && large.Bytes == 4 << 20 && (nuint)large.Address % (2 << 20) == 0;
        small.Address[0] = small.Address[small.Bytes - 1] = 1;
        large.Address[0] = large.Address[large.Bytes - 1] = 1;
        bool isTooMuch = false;
        try
        {
            CoreMemory.AllocateHuge((nuint)1 << 40);
        }
        catch (OutOfMemoryException)
        {
            isTooMuch = true;
        }

        return Say("memory", isAligned && isTooMuch);
    }

    /// <summary>The collector stops threads that call the kernel all the time, and those that wait in it.</summary>
    internal static bool Collector()
    {
        using var never = new KernelSemaphore();
        bool ends = false;
        long calls = 0;
        Thread[] threads =
        [
            new(() => Calls(ref ends, ref calls)),
            new(() => Calls(ref ends, ref calls)),
            new(() => never.Wait()),
            new(() => Azalea.Sleep(200)),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        object? kept = null;
        for (int i = 0; i < 60; i++)
        {
            kept = new byte[100_000];
            GC.Collect(i % 3);
        }

        GC.KeepAlive(kept);
        Volatile.Write(ref ends, true);
        never.Post();
        foreach (Thread thread in threads)
            thread.Join();
        return Say("collector", Volatile.Read(ref calls) > 0);
    }

    private static void Calls(ref bool ends, ref long calls)
    {
        int own = Azalea.GetPid();
        long made = 0;
        while (!Volatile.Read(ref ends))
        {
            // Long stretches without anything but calls: the collector has to get in between.
            for (int i = 0; i < 200_000; i++)
            {
                if (Azalea.GetPid() != own)
                    return;
            }

            made += 200_000;
        }

        Interlocked.Add(ref calls, made);
    }

    private static bool Throws(Action action, Errno error)
    {
        try
        {
            action();
            return false;
        }
        catch (KernelException exception)
        {
            return exception.Error == error;
        }
    }

    private static bool Say(string what, bool isRight)
    {
        Console.WriteLine($"{what}: {(isRight ? "right" : "WRONG")}");
        return isRight;
    }
}
