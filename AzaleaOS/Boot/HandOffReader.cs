using AzaleaOS.Abi;

namespace AzaleaOS.Boot;

/// <summary>Reads the Sideloader's <see cref="HandOffBlock"/>.</summary>
internal static unsafe class HandOffReader
{
    private const uint MaxNodes = 64;

    /// <summary>Reads the block at a physical address.</summary>
    internal static BootError Read(scoped BootSource source, PhysicalAddress address)
    {
        if (!source.Window.TryRead(address, out HandOffBlock block))
        {
            return source.Fail(BootError.InformationOutOfReach, address.Value);
        }

        BootError error = CheckHeader(source, address, in block);
        if (error is not BootError.None)
        {
            return error;
        }

        ref BootInfo info = ref source.Info;
        info.HandOff = address;
        info.Rsdp = new PhysicalAddress(block.Rsdp);
        info.TscFrequency = block.TscFrequency;
        info.WallClock = block.WallClock;
        info.WallClockTimestamp = block.WallClockTimestamp;
        info.TrampolinePage = new PhysicalAddress(block.TrampolinePage);

        error = ReadExtents(source, address, in block);
        if (error is BootError.None)
        {
            error = source.AddMemory(address.Value, block.Size, MemoryKind.BootData);
        }

        if (error is BootError.None)
        {
            // The rings are RAM that is not ours alone: shown by nobody but the offload driver.
            error = source.AddMemory(block.Mailbox, block.MailboxSize, MemoryKind.Reserved);
        }

        if (error is BootError.None)
        {
            error = ReadModules(source, address, in block);
        }

        if (error is BootError.None)
        {
            error = CheckCores(source, address, in block);
        }

        return error is BootError.None ? ReadCommandLine(source, address, in block) : error;
    }

    private static BootError CheckHeader(scoped BootSource source, PhysicalAddress address, in HandOffBlock block)
    {
        if (block.Magic != HandOffBlock.MagicNumber)
        {
            return source.Fail(BootError.WrongMagic, block.Magic);
        }

        if (block.Version != HandOffBlock.CurrentVersion)
        {
            return source.Fail(BootError.UnsupportedVersion, block.Version);
        }

        if (block.Size is < HandOffBlock.HeaderBytes or > HandOffBlock.MaxSize)
        {
            return source.Fail(BootError.BadInformationSize, block.Size);
        }

        if (!source.Window.TryGet(address, block.Size, out byte* bytes))
        {
            return source.Fail(BootError.InformationOutOfReach, address.Value);
        }

        ulong checksum = HandOffChecksum.Compute(new ReadOnlySpan<byte>(bytes, (int)block.Size));
        if (checksum != block.Checksum)
        {
            return source.Fail(BootError.BadChecksum, block.Checksum);
        }

        return block.NodeCount is 0 or > MaxNodes ? source.Fail(BootError.BadNode, block.NodeCount) : BootError.None;
    }

    private static bool IsInside(in HandOffBlock block, uint offset, ulong bytes)
        => offset <= block.Size && bytes <= block.Size - offset;

    private static BootError ReadExtents(scoped BootSource source, PhysicalAddress address, in HandOffBlock block)
    {
        if (block.ExtentCount == 0)
        {
            return source.Fail(BootError.NoMemoryMap, address.Value);
        }

        if (!IsInside(in block, block.ExtentOffset, (ulong)block.ExtentCount * (ulong)sizeof(HandOffExtent)))
        {
            return source.Fail(BootError.ListPastEnd, block.ExtentOffset);
        }

        BootError error = BootError.None;
        for (uint i = 0; error is BootError.None && i < block.ExtentCount; i++)
        {
            _ = source.Window.TryRead(address + (block.ExtentOffset + (i * (ulong)sizeof(HandOffExtent))), out HandOffExtent extent);
            error = extent.Node < block.NodeCount
                ? source.AddMemory(extent.Start, extent.Length, MemoryKind.Usable, extent.Node)
                : source.Fail(BootError.BadNode, extent.Node);
        }

        return error;
    }

    private static BootError ReadModules(scoped BootSource source, PhysicalAddress address, in HandOffBlock block)
    {
        if (!IsInside(in block, block.ModuleOffset, (ulong)block.ModuleCount * (ulong)sizeof(HandOffModule)))
        {
            return source.Fail(BootError.ListPastEnd, block.ModuleOffset);
        }

        BootError error = BootError.None;
        for (uint i = 0; error is BootError.None && i < block.ModuleCount; i++)
        {
            _ = source.Window.TryRead(address + (block.ModuleOffset + (i * (ulong)sizeof(HandOffModule))), out HandOffModule module);
            error = module.NameLength <= BootSource.MaxNameLength && IsInside(in block, module.NameOffset, module.NameLength)
                ? source.AddModule(module.Start, module.Length, address.Value + module.NameOffset, (int)module.NameLength)
                : source.Fail(BootError.ListPastEnd, module.NameOffset);
        }

        return error;
    }

    private static BootError CheckCores(scoped BootSource source, PhysicalAddress address, in HandOffBlock block)
    {
        if (block.CoreCount == 0)
        {
            return source.Fail(BootError.NoCores, 0);
        }

        if (!IsInside(in block, block.CoreOffset, (ulong)block.CoreCount * (ulong)sizeof(HandOffCore)))
        {
            return source.Fail(BootError.ListPastEnd, block.CoreOffset);
        }

        for (uint i = 0; i < block.CoreCount; i++)
        {
            _ = source.Window.TryRead(address + (block.CoreOffset + (i * (ulong)sizeof(HandOffCore))), out HandOffCore core);
            if (core.Node >= block.NodeCount)
            {
                return source.Fail(BootError.BadNode, core.Node);
            }
        }

        bool hasDistances = block.DistanceLength != 0;
        return hasDistances && (block.DistanceLength != block.NodeCount * block.NodeCount
            || !IsInside(in block, block.DistanceOffset, block.DistanceLength))
            ? source.Fail(BootError.ListPastEnd, block.DistanceOffset)
            : BootError.None;
    }

    private static BootError ReadCommandLine(scoped BootSource source, PhysicalAddress address, in HandOffBlock block)
    {
        if (!IsInside(in block, block.CommandLineOffset, block.CommandLineLength)
            || !source.Window.TryGet(address + block.CommandLineOffset, block.CommandLineLength, out byte* text))
        {
            return source.Fail(BootError.ListPastEnd, block.CommandLineOffset);
        }

        return source.SetCommandLine(new ReadOnlySpan<byte>(text, (int)block.CommandLineLength), address.Value + block.CommandLineOffset);
    }
}
