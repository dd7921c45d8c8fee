namespace AzaleaOS.Promotion;

/// <summary>Reads a table of exception handlers: where control goes when something is thrown.</summary>
/// <remarks>Source: the Itanium C++ ABI's exception handling tables, as gcc and LLVM write them (.gcc_except_table).</remarks>
internal static class LandingPads
{
    /// <summary>The addresses of all handlers of a piece of code; null if the table is not of this form.</summary>
    internal static List<ulong>? Read(ProgramFile program, FrameEntry entry)
    {
        var pads = new List<ulong>();
        if (entry.HandlerTable == 0)
            return pads;
        try
        {
            var reader = new PointerReader(program.At(entry.HandlerTable), entry.HandlerTable);
            byte startForm = reader.Byte();
            ulong start = startForm == PointerReader.Omitted ? entry.Code.Start : reader.Pointer(startForm);
            if (reader.Byte() != PointerReader.Omitted)
                reader.Uleb();
            byte form = reader.Byte();
            int length = checked((int)reader.Uleb());
            int end = reader.Position + length;
            while (reader.Position < end)
            {
                reader.Pointer(form);
                reader.Pointer(form);
                ulong pad = reader.Pointer(form);
                reader.Uleb();
                if (pad != 0)
                    pads.Add(start + pad);
            }

            return pads;
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            return null;
        }
    }
}
