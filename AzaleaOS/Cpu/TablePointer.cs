using System.Runtime.InteropServices;

namespace AzaleaOS.Cpu;

/// <summary>The operand of LGDT and LIDT.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct TablePointer
{
    /// <summary>Size of the table in bytes, minus 1.</summary>
    internal ushort Limit;

    /// <summary>Its address.</summary>
    internal ulong Base;
}
