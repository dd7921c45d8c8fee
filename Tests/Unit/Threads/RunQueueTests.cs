using System.Runtime.InteropServices;
using AzaleaOS.Threads;
using FsCheck.Xunit;
using Thread = AzaleaOS.Threads.Thread;

namespace AzaleaOS.Tests.Unit.Threads;

public sealed unsafe class RunQueueTests
{
    [Property(MaxTest = 200)]
    public void Threads_run_by_priority_and_then_in_turn(byte[] priorities)
    {
        int count = priorities.Length;
        var threads = (Thread*)NativeMemory.AllocZeroed((nuint)count + 1, (nuint)sizeof(Thread));
        try
        {
            RunQueue queue = default;
            var model = new List<(int Priority, int Index)>();
            for (int i = 0; i < count; i++)
            {
                threads[i].Priority = priorities[i] % 4;
                threads[i].Affinity.Add(i % 2);
                queue.Add(threads + i);
                model.Add((threads[i].Priority, i));
                if (i % 5 == 4)
                    Take(ref queue, model, threads);
                if (i % 7 == 6)
                    TakeFor(ref queue, model, threads, core: i % 2, except: i);
                Assert.Equal(model.Count, queue.Count);
            }

            while (model.Count > 0)
                Take(ref queue, model, threads);
            Assert.True(queue.Take() == null);
            Assert.Equal(0, queue.Count);
        }
        finally
        {
            NativeMemory.Free(threads);
        }
    }

    private static void Take(ref RunQueue queue, List<(int Priority, int Index)> model, Thread* threads)
    {
        (int Priority, int Index) expected = model.OrderByDescending(t => t.Priority).ThenBy(t => t.Index).First();
        Assert.Equal(expected.Index, (int)(queue.Take() - threads));
        model.Remove(expected);
    }

    private static void TakeFor(ref RunQueue queue, List<(int Priority, int Index)> model, Thread* threads, int core, int except)
    {
        (int Priority, int Index)[] allowed = [.. model.OrderByDescending(t => t.Priority).ThenBy(t => t.Index).Where(t => t.Index % 2 == core && t.Index != except)];
        Thread* taken = queue.TakeFor(core, threads + except);
        if (allowed.Length == 0)
        {
            Assert.True(taken == null);
            return;
        }

        Assert.Equal(allowed[^1].Index, (int)(taken - threads));
        model.Remove(allowed[^1]);
    }
}
