using AzaleaOS.Abi;

namespace AzaleaOS.Boot;

/// <summary>Reads the information a multiboot2 loader leaves, from BIOS and from UEFI.</summary>
/// <remarks>Source: Multiboot2 specification 2.0, 3.6 (boot information format).</remarks>
internal static unsafe class Multiboot2
{
    // A block larger than this is not believed. GRUB's is a few KiB; EFI maps add some more.
    private const uint MaxInformationSize = 1 << 20;
    private const uint HeaderSize = 8;
    private const uint TagHeaderSize = 8;
    private const uint TagAlignment = 8;

    private const uint EndTag = 0;
    private const uint CommandLineTag = 1;
    private const uint ModuleTag = 3;
    private const uint MemoryMapTag = 6;
    private const uint FramebufferTag = 8;
    private const uint OldRsdpTag = 14;
    private const uint NewRsdpTag = 15;

    /// <summary>Reads the block at a physical address.</summary>
    internal static BootError Read(scoped BootSource source, PhysicalAddress address)
    {
        if (!source.Window.TryRead(address, out uint size))
        {
            return source.Fail(BootError.InformationOutOfReach, address.Value);
        }

        if (size is < HeaderSize + TagHeaderSize or > MaxInformationSize)
        {
            return source.Fail(BootError.BadInformationSize, size);
        }

        if (!source.Window.TryGet(address, size, out _))
        {
            return source.Fail(BootError.InformationOutOfReach, address.Value);
        }

        BootError error = source.AddMemory(address.Value, size, MemoryKind.BootData);
        bool hasMemoryMap = false;
        bool hasEnd = false;
        uint at = HeaderSize;
        while (error is BootError.None && !hasEnd)
        {
            if (size - at < TagHeaderSize)
            {
                return source.Fail(BootError.NoEndTag, address.Value + at);
            }

            PhysicalAddress tag = address + at;
            _ = source.Window.TryRead(tag, out uint type);
            _ = source.Window.TryRead(tag + 4, out uint length);
            if (length < TagHeaderSize)
            {
                return source.Fail(BootError.TagTooShort, tag.Value);
            }

            if (length > size - at)
            {
                return source.Fail(BootError.TagPastEnd, tag.Value);
            }

            hasEnd = type == EndTag;
            hasMemoryMap |= type == MemoryMapTag;
            error = ReadTag(source, tag, type, length);

            // The last tag need not be padded.
            uint padded = (uint)PageSize.AlignUp(length, TagAlignment);
            at = padded > size - at ? size : at + padded;
        }

        return error is BootError.None && !hasMemoryMap
            ? source.Fail(BootError.NoMemoryMap, address.Value)
            : error;
    }

    private static BootError ReadTag(scoped BootSource source, PhysicalAddress tag, uint type, uint length)
    {
        switch (type)
        {
            case CommandLineTag:
                return source.SetCommandLine(tag + TagHeaderSize, (int)(length - TagHeaderSize) - 1);
            case ModuleTag:
                return ReadModule(source, tag, length);
            case MemoryMapTag:
                return ReadMemoryMap(source, tag, length);
            case FramebufferTag:
                return ReadFramebuffer(source, tag, length);
            case OldRsdpTag:
                // The newer pointer, if there is one, stays.
                if (source.Info.Rsdp.Value == 0)
                {
                    source.Info.Rsdp = tag + TagHeaderSize;
                }

                return BootError.None;
            case NewRsdpTag:
                source.Info.Rsdp = tag + TagHeaderSize;
                return BootError.None;
            default:
                return BootError.None;
        }
    }

    private static BootError ReadModule(scoped BootSource source, PhysicalAddress tag, uint length)
    {
        const uint NameOffset = 16;
        if (length < NameOffset)
        {
            return source.Fail(BootError.TagTooShort, tag.Value);
        }

        _ = source.Window.TryRead(tag + 8, out uint start);
        _ = source.Window.TryRead(tag + 12, out uint end);
        if (end <= start)
        {
            return source.Fail(BootError.BadModule, start);
        }

        int maxLength = (int)(length - NameOffset) - 1;
        _ = source.Window.TryGetString(tag + NameOffset, Math.Min(maxLength, BootSource.MaxNameLength), out ByteString name);
        return source.AddModule(start, end - start, tag.Value + NameOffset, name.Length);
    }

    private static BootError ReadMemoryMap(scoped BootSource source, PhysicalAddress tag, uint length)
    {
        const uint EntriesOffset = 16;
        const uint MinEntrySize = 24;
        if (length < EntriesOffset)
        {
            return source.Fail(BootError.TagTooShort, tag.Value);
        }

        _ = source.Window.TryRead(tag + 8, out uint entrySize);
        if (entrySize < MinEntrySize)
        {
            return source.Fail(BootError.TagTooShort, tag.Value);
        }

        BootError error = BootError.None;
        for (uint at = EntriesOffset; error is BootError.None && length - at >= entrySize; at += entrySize)
        {
            _ = source.Window.TryRead(tag + at, out ulong start);
            _ = source.Window.TryRead(tag + at + 8, out ulong bytes);
            _ = source.Window.TryRead(tag + at + 16, out uint type);
            error = source.AddMemory(start, bytes, FirmwareMemory.KindOf(type));
        }

        return error;
    }

    private static BootError ReadFramebuffer(scoped BootSource source, PhysicalAddress tag, uint length)
    {
        const uint MinSize = 30;
        const byte Text = 2;
        if (length < MinSize)
        {
            return source.Fail(BootError.TagTooShort, tag.Value);
        }

        ref BootFramebuffer screen = ref source.Info.Framebuffer;
        _ = source.Window.TryRead(tag + 8, out screen.Address);
        _ = source.Window.TryRead(tag + 16, out screen.Pitch);
        _ = source.Window.TryRead(tag + 20, out screen.Width);
        _ = source.Window.TryRead(tag + 24, out screen.Height);
        _ = source.Window.TryRead(tag + 28, out screen.BitsPerPixel);
        _ = source.Window.TryRead(tag + 29, out byte type);
        screen.IsText = type == Text;
        return BootError.None;
    }
}
