namespace AzaleaOS.Promotion;

/// <summary>Reads a table of exception handlers: where control goes when something is thrown.</summary>
/// <remarks>Source: the Itanium C++ ABI's exception handling tables, as gcc and LLVM write them (.gcc_except_table).</remarks>
internal sealed class LandingPads
{
    private LandingPads()
    {
    }

    /// <summary>Where control goes.</summary>
    internal List<ulong> Handlers { get; } = [];

    /// <summary>Where the pieces of code begin and end that have a handler.</summary>
    internal List<ulong> Edges { get; } = [];

    /// <summary>Those of a piece of code; null if the table is not of this form.</summary>
    internal static LandingPads? Read(ProgramFile program, FrameEntry entry)
    {
        var pads = new LandingPads();
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
                ulong first = entry.Code.Start + reader.Pointer(form);
                ulong count = reader.Pointer(form);
                ulong pad = reader.Pointer(form);
                reader.Uleb();
                pads.Edges.AddRange([first, first + count]);
                if (pad != 0)
                    pads.Handlers.Add(start + pad);
            }

            return pads;
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            return null;
        }
    }
}
