using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Boot;

/// <summary>Makes one <see cref="BootInfo"/> out of what any of the boot protocols gives.</summary>
/// <remarks>
/// The first thing the kernel does after the serial console is up, on the boot core, while the entry
/// code's page tables still show the first 4 GiB at their own addresses. Whatever is wrong gives an
/// error to print (<see cref="BootErrors"/>) and to power off with a status that is not 0.
/// </remarks>
internal static class BootInfoReader
{
    /// <summary>Less usable RAM than this beside kernel and modules is refused: 1 MiB.</summary>
    internal const ulong MinimumUsable = 1 << 20;

    // Too large for the boot stack.
    private static MemoryMapBuilder s_map;

    /// <summary>Reads, checks and normalises.</summary>
    /// <param name="protocol">How the kernel was entered.</param>
    /// <param name="information">Physical address of the block the loader left.</param>
    /// <param name="window">Where physical memory can be read: <see cref="PhysicalWindow.BootIdentity"/>.</param>
    /// <param name="kernelStart">Physical address of the kernel image's first byte.</param>
    /// <param name="kernelEnd">Physical address after its last byte, .bss included.</param>
    /// <param name="linked">The program in the image, as <see cref="Diagnostics.KernelImage.LinkedProgram"/> says it.</param>
    /// <param name="info">All zero before; on failure only <see cref="BootInfo.Detail"/> is meaningful.</param>
    internal static BootError Read(BootProtocol protocol, PhysicalAddress information, PhysicalWindow window, PhysicalAddress kernelStart, PhysicalAddress kernelEnd, ulong linked, ref BootInfo info)
    {
        s_map.Clear();
        info.Protocol = protocol;
        BootSource source = new(window, ref info, ref s_map);
        BootError error = protocol switch
        {
            BootProtocol.Multiboot2 => Multiboot2.Read(source, information),
            BootProtocol.Pvh => PvhStartInfo.Read(source, information),
            BootProtocol.HandOff => HandOffReader.Read(source, information),
            _ => source.Fail(BootError.UnknownProtocol, (ulong)protocol),
        };

        if (error is BootError.None && linked != 0)
        {
            error = ImageProgram.Read(source, new PhysicalAddress((uint)linked), (uint)(linked >> 32));
        }

        if (error is BootError.None)
        {
            error = source.AddMemory(kernelStart.Value, kernelEnd.Value - kernelStart.Value, MemoryKind.Kernel);
        }

        if (error is BootError.None)
        {
            error = s_map.Build(ref info);
            if (error is not BootError.None)
            {
                return source.Fail(error, MemoryRangeList.Capacity);
            }
        }

        return error is BootError.None ? Check(source, kernelStart, kernelEnd) : error;
    }

    private static BootError Check(scoped BootSource source, PhysicalAddress kernelStart, PhysicalAddress kernelEnd)
    {
        ref BootInfo info = ref source.Info;
        if (!IsCovered(in info, kernelStart.Value, kernelEnd.Value, MemoryKind.Kernel))
        {
            return source.Fail(BootError.KernelOutsideMemory, kernelStart.Value);
        }

        for (int i = 0; i < info.ModuleCount; i++)
        {
            ref readonly BootModule module = ref info.Modules[i];
            if (module.Start.Value < kernelEnd.Value && kernelStart.Value < module.End)
            {
                return source.Fail(BootError.ModuleOverlapsKernel, module.Start.Value);
            }

            if (!IsCovered(in info, module.Start.Value, module.End, MemoryKind.Module))
            {
                return source.Fail(BootError.ModuleOutsideMemory, module.Start.Value);
            }
        }

        ulong usable = 0;
        for (int i = 0; i < info.MemoryCount; i++)
        {
            ref readonly MemoryRange range = ref info.Memory[i];
            usable += range.Kind is MemoryKind.Usable && range.Start.Value >= MemoryMap.LowMemoryEnd ? range.Length : 0;
        }

        if (usable < MinimumUsable)
        {
            return source.Fail(BootError.TooLittleMemory, usable);
        }

        if (info.Protocol is not BootProtocol.HandOff)
        {
            info.TrampolinePage = LowPages.Choose(in info);
        }

        return BootError.None;
    }

    /// <summary>Whether every byte of a range is RAM that was claimed as this kind or, where claims share a frame, a greater one of ours.</summary>
    private static bool IsCovered(in BootInfo info, ulong start, ulong end, MemoryKind kind)
    {
        ulong at = start;
        for (int i = 0; i < info.MemoryCount && at < end; i++)
        {
            ref readonly MemoryRange range = ref info.Memory[i];
            if (range.Kind >= kind && range.Kind <= MemoryKind.Kernel && at - range.Start.Value < range.Length)
            {
                at = range.End;
            }
        }

        return at >= end;
    }
}
