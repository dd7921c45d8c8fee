using System.Runtime.InteropServices;

namespace AzaleaOS.Cpu;

/// <summary>The 64-bit task state segment: where the processor finds the interrupt stacks.</summary>
/// <remarks>Source: SDM vol. 3A, figure 7-11.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct TaskState
{
    /// <summary>Size of the segment in bytes.</summary>
    internal const int Bytes = 104;

    /// <summary>IST 1 to 7 are at index 0 to 6. The words are not 8-byte aligned.</summary>
    [FieldOffset(36)] internal fixed uint InterruptStacks[14];

    /// <summary>Beyond the segment: there is no port permission map.</summary>
    [FieldOffset(102)] internal ushort PortMapOffset;

    /// <summary>Sets the top of interrupt stack 1 to 7.</summary>
    internal void SetStack(int number, ulong top)
    {
        InterruptStacks[(number - 1) * 2] = (uint)top;
        InterruptStacks[((number - 1) * 2) + 1] = (uint)(top >> 32);
    }
}
