using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AzaleaOS.Cpu;

/// <summary>The interrupt descriptor table: one for all cores, since it only holds addresses of code.</summary>
/// <remarks>Source: SDM vol. 3A, 6.14.1. Written once on the boot core, read-only afterwards.</remarks>
internal static unsafe class InterruptTable
{
    private const int StubBytes = 16;
    private const int StackShift = 32;
    private const byte PresentInterruptGate = 0x8e;

    private static Gates s_gates;

    /// <summary>Fills the table. Every vector leads to its stub, on its stack.</summary>
    internal static void Fill()
    {
        // Whole gates, one after the other: what differs is added afterwards. All stubs are within 4 GiB.
        const ulong Middle = 0xffff_0000;
        const ulong Reach = ushort.MaxValue + 1;
        ulong stub = (ulong)(delegate*<void>)&Stubs;
        ulong fixedBits = SegmentTable.CodeSelector << 16 | (ulong)PresentInterruptGate << 40 | (ulong)InterruptStack.Interrupts << StackShift;
        Gate* gate = (Gate*)Unsafe.AsPointer(ref s_gates);
        Gate* end = gate + Vector.Count;
        while (gate != end)
        {
            // As far as the lowest 16 bits of the address do not overflow.
            Gate* stop = (Gate*)Math.Min((ulong)end, (ulong)(gate + ((Reach - (stub & ushort.MaxValue) + StubBytes - 1) / StubBytes)));
            Vector128<ulong> value = Vector128.Create((stub & ushort.MaxValue) | (stub & Middle) << 32 | fixedBits, stub >> 32);
            Vector128<ulong> step = Vector128.CreateScalar((ulong)StubBytes);
            stub += (ulong)(stop - gate) * StubBytes;
            for (; gate + 4 <= stop; gate += 4)
            {
                value.Store((ulong*)gate);
                value += step;
                value.Store((ulong*)(gate + 1));
                value += step;
                value.Store((ulong*)(gate + 2));
                value += step;
                value.Store((ulong*)(gate + 3));
                value += step;
            }

            for (; gate != stop; gate++)
            {
                value.Store((ulong*)gate);
                value += step;
            }
        }

        for (int vector = 0; vector < Vector.FirstInterrupt; vector++)
        {
            s_gates[vector].Stack = (byte)InterruptStack.Of(vector);
        }
    }

    /// <summary>Makes it this core's table.</summary>
    internal static void Load()
    {
        TablePointer pointer = new()
        {
            Limit = (ushort)(sizeof(Gates) - 1),
            Base = (ulong)Unsafe.AsPointer(ref s_gates),
        };
        Instructions.LoadIdt(&pointer);
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_interrupt_stubs")]
    private static extern void Stubs();

    [StructLayout(LayoutKind.Sequential)]
    private struct Gate
    {
        internal ushort OffsetLow;
        internal ushort Selector;
        internal byte Stack;
        internal byte Kind;
        internal ushort OffsetMiddle;
        internal uint OffsetHigh;
        private readonly uint _reserved;
    }

    [InlineArray(Vector.Count)]
    private struct Gates
    {
        private Gate _first;
    }
}
