using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Boot;

/// <summary>What was found while starting, a line per finding. Printed with the option <c>verbose</c> only.</summary>
internal static class BootLog
{
    /// <summary>How the kernel was entered and what memory there is.</summary>
    internal static void Memory(ref readonly BootInfo info)
    {
        if (!Log.IsVerbose)
        {
            return;
        }

        Log.Verbose($"AzaleaOS: entered by {NameOf(info.Protocol)}, modules: {info.ModuleCount}");
        ulong usable = 0;
        for (int i = 0; i < info.MemoryCount; i++)
        {
            ref readonly MemoryRange range = ref info.Memory[i];
            usable += range.Kind is MemoryKind.Usable ? range.Length : 0;
            Log.Verbose($"memory: {range.Start.Value:x16} to {range.End:x16} {NameOf(range.Kind)}");
        }

        Log.Verbose($"memory: {usable >> 10} KiB usable");
    }

    /// <summary>What the firmware's tables say of cores and nodes.</summary>
    internal static void Tables(ref readonly AcpiInfo acpi)
        => Log.Verbose($"acpi: cores: {acpi.CoreCount}, nodes: {acpi.NodeCount}");

    /// <summary>The boot core's interrupt controller and vector state.</summary>
    internal static void BootCore()
        => Log.Verbose($"cpu: {(LocalApic.IsX2 ? "x2APIC"u8 : "xAPIC"u8)}, id {LocalApic.ReadId().Value}, vector state {VectorState.Components:x} of {VectorState.Size} bytes");

    private static ReadOnlySpan<byte> NameOf(BootProtocol protocol) => protocol switch
    {
        BootProtocol.Multiboot2 => "multiboot2"u8,
        BootProtocol.Pvh => "PVH"u8,
        BootProtocol.HandOff => "hand-off"u8,
        _ => "nobody"u8,
    };

    private static ReadOnlySpan<byte> NameOf(MemoryKind kind) => kind switch
    {
        MemoryKind.Usable => "usable"u8,
        MemoryKind.Kernel => "kernel"u8,
        MemoryKind.Module => "module"u8,
        MemoryKind.BootData => "boot data"u8,
        MemoryKind.AcpiReclaimable or MemoryKind.AcpiNonVolatile => "ACPI"u8,
        MemoryKind.Defective => "defective"u8,
        _ => "reserved"u8,
    };
}
