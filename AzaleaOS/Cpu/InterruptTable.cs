using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
        // Two words at a time, as the gates are built of them; what differs is added afterwards. All stubs are within 4 GiB.
        const ulong Middle = 0xffff_0000;
        const ulong Carry = (1UL << 48) - (1 << 16);
        ulong stub = (ulong)(delegate*<void>)&Stubs;
        ulong fixedBits = SegmentTable.CodeSelector << 16 | (ulong)PresentInterruptGate << 40 | (ulong)InterruptStack.Interrupts << StackShift;
        ulong* word = (ulong*)Unsafe.AsPointer(ref s_gates);
        ulong* end = word + (2 * Vector.Count);
        ulong low = (stub & ushort.MaxValue) | (stub & Middle) << 32 | fixedBits;
        ulong high = stub >> 32;
        for (; word != end; word += 2)
        {
            word[0] = low;
            word[1] = high;
            low += StubBytes;
            if ((low & ushort.MaxValue) < StubBytes) low += Carry;
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
