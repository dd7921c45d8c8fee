using System.Runtime.InteropServices;
using AzaleaOS.Threads;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Threads;

public sealed unsafe class TimerHeapTests
{
    [Property(MaxTest = 200)]
    public void Timers_come_out_in_the_order_of_their_times_whatever_is_added_and_removed(short[] script)
    {
        const int Count = 32;
        var timers = (KernelTimer*)NativeMemory.AllocZeroed(Count, (nuint)sizeof(KernelTimer));
        try
        {
            TimerHeap heap = default;
            var model = new Dictionary<int, long>();
            foreach (short step in script)
            {
                int index = (step & 0x7fff) % Count;
                if (model.Remove(index))
                {
                    heap.Remove(timers + index);
                }
                else
                {
                    timers[index].When = step;
                    model.Add(index, step);
                    heap.Add(timers + index);
                }

                AssertFirst(heap, model);
            }

            while (model.Count > 0)
            {
                AssertFirst(heap, model);
                int index = (int)(heap.First - timers);
                heap.Remove(timers + index);
                Assert.True(model.Remove(index));
            }

            Assert.True(heap.First == null);
        }
        finally
        {
            NativeMemory.Free(timers);
        }
    }

    private static void AssertFirst(TimerHeap heap, Dictionary<int, long> model)
    {
        if (model.Count == 0)
            Assert.True(heap.First == null);
        else
            Assert.Equal(model.Values.Min(), heap.First->When);
    }
}
