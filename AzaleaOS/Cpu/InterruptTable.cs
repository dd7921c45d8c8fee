using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AzaleaOS.Cpu;

/// <summary>The interrupt descriptor table: one for all cores, since it only holds addresses of code.</summary>
/// <remarks>Source: SDM vol. 3A, 6.14.1. Written once on the boot core, read-only afterwards.</remarks>
internal static unsafe class InterruptTable
{
    private const int StubBytes = 16;
    private const byte PresentInterruptGate = 0x8e;

    private static Gates s_gates;

    /// <summary>Fills the table. Every vector leads to its stub, on its stack.</summary>
    internal static void Fill()
    {
        ulong stub = (ulong)(delegate*<void>)&Stubs;
        for (int vector = 0; vector < Vector.Count; vector++, stub += StubBytes)
        {
            s_gates[vector] = new Gate
            {
                OffsetLow = (ushort)stub,
                Selector = SegmentTable.CodeSelector,
                Stack = (byte)InterruptStack.Of(vector),
                Kind = PresentInterruptGate,
                OffsetMiddle = (ushort)(stub >> 16),
                OffsetHigh = (uint)(stub >> 32),
            };
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
