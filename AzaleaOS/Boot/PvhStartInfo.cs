using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Boot;

/// <summary>Reads the start information of the PVH boot protocol, version 1.</summary>
/// <remarks>Source: Xen, public/arch-x86/hvm/start_info.h.</remarks>
internal static unsafe class PvhStartInfo
{
    private const uint Magic = 0x336e_c578;
    private const uint StartInfoSize = 56;
    private const uint ModuleEntrySize = 32;
    private const uint MemoryEntrySize = 24;

    /// <summary>Reads the block at a physical address.</summary>
    internal static BootError Read(scoped BootSource source, PhysicalAddress address)
    {
        if (!source.Window.TryGet(address, StartInfoSize, out _))
        {
            return source.Fail(BootError.InformationOutOfReach, address.Value);
        }

        _ = source.Window.TryRead(address, out uint magic);
        if (magic != Magic)
        {
            return source.Fail(BootError.WrongMagic, magic);
        }

        _ = source.Window.TryRead(address + 4, out uint version);
        if (version == 0)
        {
            return source.Fail(BootError.UnsupportedVersion, version);
        }

        BootError error = source.AddMemory(address.Value, StartInfoSize, MemoryKind.BootData);
        if (error is BootError.None)
        {
            error = ReadCommandLine(source, address);
        }

        if (error is BootError.None)
        {
            error = ReadModules(source, address);
        }

        if (error is BootError.None)
        {
            _ = source.Window.TryRead(address + 32, out source.Info.Rsdp);
            error = ReadMemoryMap(source, address);
        }

        return error;
    }

    private static BootError ReadCommandLine(scoped BootSource source, PhysicalAddress address)
    {
        _ = source.Window.TryRead(address + 24, out PhysicalAddress text);
        return text.Value == 0 ? BootError.None : source.SetCommandLine(text, CommandLineBuffer.Capacity);
    }

    private static BootError ReadModules(scoped BootSource source, PhysicalAddress address)
    {
        _ = source.Window.TryRead(address + 12, out uint count);
        _ = source.Window.TryRead(address + 16, out PhysicalAddress list);
        if (count > BootModuleList.Capacity)
        {
            return source.Fail(BootError.TooManyModules, count);
        }

        if (!source.Window.Contains(list, (ulong)count * ModuleEntrySize))
        {
            return source.Fail(BootError.ListPastEnd, list.Value);
        }

        BootError error = source.AddMemory(list.Value, count * ModuleEntrySize, MemoryKind.BootData);
        for (uint i = 0; error is BootError.None && i < count; i++)
        {
            PhysicalAddress entry = list + (i * ModuleEntrySize);
            _ = source.Window.TryRead(entry, out ulong start);
            _ = source.Window.TryRead(entry + 8, out ulong length);
            _ = source.Window.TryRead(entry + 16, out PhysicalAddress name);
            error = AddModule(source, start, length, name);
        }

        return error;
    }

    private static BootError AddModule(scoped BootSource source, ulong start, ulong length, PhysicalAddress name)
    {
        if (name.Value == 0 || !source.Window.TryGetString(name, BootSource.MaxNameLength, out ByteString text))
        {
            return source.AddModule(start, length, 0, 0);
        }

        BootError error = source.AddMemory(name.Value, (ulong)text.Length + 1, MemoryKind.BootData);
        return error is BootError.None ? source.AddModule(start, length, name.Value, text.Length) : error;
    }

    private static BootError ReadMemoryMap(scoped BootSource source, PhysicalAddress address)
    {
        _ = source.Window.TryRead(address + 40, out PhysicalAddress list);
        _ = source.Window.TryRead(address + 48, out uint count);
        if (list.Value == 0 || count == 0)
        {
            return source.Fail(BootError.NoMemoryMap, address.Value);
        }

        if (count > MemoryRangeList.Capacity)
        {
            return source.Fail(BootError.TooManyMemoryRanges, count);
        }

        if (!source.Window.TryGet(list, (ulong)count * MemoryEntrySize, out byte* entry))
        {
            return source.Fail(BootError.ListPastEnd, list.Value);
        }

        BootError error = BootError.None;
        for (uint i = 0; error is BootError.None && i < count; i++, entry += MemoryEntrySize)
        {
            ulong start = Unsafe.ReadUnaligned<ulong>(entry);
            ulong length = Unsafe.ReadUnaligned<ulong>(entry + 8);
            uint type = Unsafe.ReadUnaligned<uint>(entry + 16);
            error = source.AddMemory(start, length, FirmwareMemory.KindOf(type));
        }

        return error;
    }
}
