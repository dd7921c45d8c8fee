namespace AzaleaOS.Promotion;

/// <summary>Reads .eh_frame: which pieces of code there are, and where each one's exception handlers stand.</summary>
/// <remarks>Source: Linux Standard Base Core 5.0, 10.6.1.</remarks>
internal static class FrameTable
{
    /// <summary>Reads all entries.</summary>
    /// <exception cref="PromotionException">The section is broken.</exception>
    internal static List<FrameEntry> Read(ProgramFile program)
    {
        var entries = new List<FrameEntry>();
        AddressRange section = program.Frames;
        if (section.End == section.Start)
            return entries;
        ReadOnlySpan<byte> bytes = program.At(section.Start)[..(int)(section.End - section.Start)];
        try
        {
            for (int at = 0; at + 4 <= bytes.Length;)
            {
                var reader = new PointerReader(bytes[at..], section.Start + (ulong)at);
                uint length = reader.Word();
                if (length == 0)
                {
                    at += 4;
                    continue;
                }

                if (length == uint.MaxValue || length > bytes.Length - at - 4)
                    throw new InvalidDataException("an entry is too long");
                uint common = reader.Word();
                if (common != 0)
                    entries.Add(ReadEntry(bytes, section.Start, at, at + 4 - (int)common));
                at += 4 + (int)length;
            }
        }
        catch (InvalidDataException e)
        {
            throw new PromotionException($"its .eh_frame is broken: {e.Message}");
        }

        return entries;
    }

    private static FrameEntry ReadEntry(ReadOnlySpan<byte> bytes, ulong address, int at, int common)
    {
        if (common < 0 || common > bytes.Length - 9)
            throw new InvalidDataException("an entry names no common part");
        (byte code, byte handlers, bool isAugmented, bool isSignalFrame) = ReadCommon(bytes[common..], address + (ulong)common);
        var reader = new PointerReader(bytes[at..], address + (ulong)at) { Position = 8 };
        ulong start = reader.Pointer(code);
        ulong length = reader.Pointer((byte)(code & 0x0f));
        ulong table = 0;
        if (isAugmented)
        {
            reader.Uleb();
            if (handlers != PointerReader.Omitted)
                table = reader.Pointer((byte)(handlers & 0x7f));
        }

        // The return from a signal handler: it begins a byte early, for those who look up what is before a return address (gcc, unwind-dw2.c).
        return new FrameEntry(new AddressRange(isSignalFrame ? start + 1 : start, start + length), table);
    }

    private static (byte Code, byte Handlers, bool IsAugmented, bool IsSignalFrame) ReadCommon(ReadOnlySpan<byte> bytes, ulong address)
    {
        var reader = new PointerReader(bytes, address) { Position = 8 };
        byte version = reader.Byte();
        int text = reader.Position;
        reader.SkipString();
        ReadOnlySpan<byte> augmentation = bytes[text..(reader.Position - 1)];
        reader.Uleb(); // code alignment
        reader.Uleb(); // data alignment: the sign does not matter for its length
        if (version == 1)
            reader.Byte();
        else
            reader.Uleb();
        byte code = 0;
        byte handlers = PointerReader.Omitted;
        if (augmentation.Length == 0)
            return (code, handlers, false, false);
        if (augmentation[0] != 'z')
            throw new InvalidDataException("an unknown augmentation");
        reader.Uleb();
        foreach (byte letter in augmentation[1..])
        {
            switch (letter)
            {
                case (byte)'R':
                    code = reader.Byte();
                    break;
                case (byte)'L':
                    handlers = reader.Byte();
                    break;
                case (byte)'P':
                    reader.Pointer((byte)(reader.Byte() & 0x7f));
                    break;
                case (byte)'S' or (byte)'B':
                    break;
                default:
                    throw new InvalidDataException("an unknown augmentation");
            }
        }

        return (code, handlers, true, augmentation.Contains((byte)'S'));
    }
}
