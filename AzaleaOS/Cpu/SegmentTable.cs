using System.Runtime.InteropServices;

namespace AzaleaOS.Cpu;

/// <summary>A core's global descriptor table. In long mode it says little more than "64-bit code, ring 0".</summary>
/// <remarks>Source: SDM vol. 3A, 3.4.5 (descriptors), 7.2.3 (TSS descriptor).</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SegmentTable
{
    internal const ushort CodeSelector = 0x08;
    internal const ushort DataSelector = 0x10;
    internal const ushort TaskSelector = 0x18;

    private const ulong Code64 = 0x00af_9b00_0000_ffff;
    private const ulong Data = 0x00cf_9300_0000_ffff;
    private const ulong TaskAvailable = 0x0000_8900_0000_0000;

    private ulong _null;
    private ulong _code;
    private ulong _data;
    private ulong _taskLow;
    private ulong _taskHigh;

    /// <summary>Fills the table and makes it, and the task state, those of this core.</summary>
    internal static void Load(SegmentTable* table, TaskState* task)
    {
        ulong address = (ulong)task;
        table->_null = 0;
        table->_code = Code64;
        table->_data = Data;
        table->_taskLow = TaskAvailable
            | (TaskState.Bytes - 1)
            | ((address & 0xff_ffff) << 16)
            | ((address >> 24 & 0xff) << 56);
        table->_taskHigh = address >> 32;
        task->PortMapOffset = TaskState.Bytes;

        TablePointer pointer = new() { Limit = (ushort)(sizeof(SegmentTable) - 1), Base = (ulong)table };
        Instructions.LoadGdt(&pointer);
        Instructions.LoadTaskRegister(TaskSelector);
    }
}
