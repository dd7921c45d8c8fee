using AzaleaOS.Abi;
using AzaleaOS.Boot;

namespace AzaleaOS.Tests.Unit.Boot;

/// <summary>What came out of reading boot information, with the promises that hold whatever went in.</summary>
internal sealed class BootReading
{
    internal const ulong KernelStart = 0x10_0000;
    internal const ulong KernelEnd = 0x18_0000;

    // One reader at a time: the kernel has one boot core.
    private static readonly Lock s_reader = new();
    private BootInfo _info;

    internal BootReading(BootProtocol protocol, GuardedMemory memory, ulong address, ulong linked = 0)
    {
        lock (s_reader)
        {
            Error = BootInfoReader.Read(protocol, new PhysicalAddress(address), memory.Window, new PhysicalAddress(KernelStart), new PhysicalAddress(KernelEnd), linked, ref _info);
        }

        Assert.False(BootErrors.Describe(Error).IsEmpty);
        if (Error is BootError.None)
        {
            CheckPromises();
        }
    }

    internal BootError Error { get; }

    internal ref BootInfo Info => ref _info;

    internal MemoryRange[] Ranges => ((Span<MemoryRange>)_info.Memory)[.._info.MemoryCount].ToArray();

    internal string CommandLine => System.Text.Encoding.UTF8.GetString(((Span<byte>)_info.CommandLine)[.._info.CommandLineLength]);

    internal MemoryKind KindAt(ulong address)
        => Ranges.Where(range => address >= range.Start.Value && address < range.End).Select(range => range.Kind).SingleOrDefault();

    private void CheckPromises()
    {
        ulong previous = 0;
        foreach (MemoryRange range in Ranges)
        {
            Assert.True(range.Start.Value >= previous, "sorted, without overlaps");
            Assert.True(range.Length > 0 && ((range.Start.Value | range.Length) & 0xfff) == 0, "whole frames");
            Assert.True(range.End <= MemoryMap.DirectMapSize);
            previous = range.End;
        }

        for (int i = 0; i < _info.ModuleCount; i++)
        {
            BootModule module = _info.Modules[i];
            Assert.True(module.Length > 0 && (module.End <= KernelStart || module.Start.Value >= KernelEnd));
            Assert.True(KindAt(module.Start.Value) is MemoryKind.Module or MemoryKind.Kernel);
            Assert.True(KindAt(module.End - 1) is MemoryKind.Module or MemoryKind.Kernel);
        }

        Assert.Equal(MemoryKind.Kernel, KindAt(KernelStart));
        Assert.Equal(MemoryKind.Kernel, KindAt(KernelEnd - 1));
        Assert.InRange(_info.CommandLineLength, 0, CommandLineBuffer.Capacity - 1);
        ulong page = _info.TrampolinePage.Value;
        if (_info.Protocol is not BootProtocol.HandOff && page != 0)
        {
            Assert.Equal(0UL, page & 0xfff);
            Assert.InRange(page, 0x1000UL, 0x9_f000UL);
            Assert.Equal(MemoryKind.Usable, KindAt(page));
        }
    }
}
