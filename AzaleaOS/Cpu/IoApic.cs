using System.Threading;
using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>The interrupt controller between devices and cores. Of all lines only the ones we ask for are let through.</summary>
/// <remarks>
/// Source: Intel 82093AA data sheet, 3.2 (a redirection entry is written high half first, since the low
/// half holds the mask). Physical destination, so the target's APIC id must be below 256.
/// </remarks>
internal static unsafe class IoApic
{
    private const int Select = 0;
    private const int Window = 0x10 / sizeof(uint);
    private const uint VersionRegister = 1;
    private const uint FirstEntry = 0x10;
    private const uint Masked = 1 << 16;
    private const uint LevelTriggered = 1 << 15;
    private const uint ActiveLow = 1 << 13;

    private static uint* s_registers;

    /// <summary>Bytes of the registers.</summary>
    internal const ulong RegisterBytes = 0x20;

    /// <summary>Tells where the registers were mapped, uncached.</summary>
    internal static void UseRegisters(void* registers) => s_registers = (uint*)registers;

    /// <summary>Sends a line's interrupts to a core.</summary>
    /// <param name="line">Which input of the controller.</param>
    /// <param name="interrupt">How the line is wired.</param>
    /// <param name="target">The core.</param>
    /// <param name="vector">The vector.</param>
    /// <returns>False if there is no such line, or the core is out of reach.</returns>
    internal static bool TryRoute(uint line, AcpiInterrupt interrupt, ApicId target, int vector)
    {
        if (s_registers == null || line > ((Read(VersionRegister) >> 16) & 0xff) || target.Value > byte.MaxValue)
        {
            return false;
        }

        uint entry = FirstEntry + (2 * line);
        Write(entry, Masked);
        Write(entry + 1, target.Value << 24);
        Write(entry, (uint)vector | (interrupt.IsLevelTriggered ? LevelTriggered : 0) | (interrupt.IsActiveLow ? ActiveLow : 0));
        return true;
    }

    private static uint Read(uint register)
    {
        Volatile.Write(ref s_registers[Select], register);
        return Volatile.Read(ref s_registers[Window]);
    }

    private static void Write(uint register, uint value)
    {
        Volatile.Write(ref s_registers[Select], register);
        Volatile.Write(ref s_registers[Window], value);
    }
}
