using System.Buffers.Binary;
using AzaleaOS.Abi;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using Column = AzaleaOS.Abi.SymbolTableFormat.Column;
using FrameState = AzaleaOS.Abi.SymbolTableFormat.FrameState;

namespace AzaleaOS.Build.Linking;

/// <summary>Makes the kernel's own table of functions, lines and frames from a linked kernel.</summary>
/// <remarks>
/// The table is linked in by a second pass, last in memory, so that the addresses in it stay true;
/// <see cref="VerifySameAddresses"/> proves that they did.
/// </remarks>
public static class SymbolTableBuilder
{
    /// <summary>Writes the object to be added in the second link.</summary>
    /// <param name="kernel">The kernel as linked without the table.</param>
    /// <param name="assemblies">The assemblies that were compiled, for the C# names.</param>
    /// <param name="output">The object to write.</param>
    /// <returns>The packed table's length in bytes.</returns>
    /// <exception cref="BuildException">AZ5004: the kernel or its debug information cannot be read; AZ5008: the table is too long.</exception>
    public static int Build(string kernel, IEnumerable<string> assemblies, string output)
    {
        using var names = new MethodNames(assemblies);
        byte[] table = Build(ElfFile.Open(kernel), names);
        if (table.Length > PackedTableFormat.MaximumLength)
            throw new BuildException("AZ5008", $"the symbol table has {table.Length} bytes, and the kernel keeps room for {PackedTableFormat.MaximumLength}; raise PackedTableFormat.MaximumLength");
        byte[] packed = TablePacker.Pack(table);
        var writer = new ElfObjectWriter();
        ElfObjectSection section = writer.AddSection(LinkerScript.SymbolTableSection, ElfSectionType.ProgramBits, ElfSectionAttributes.Allocate);
        section.Align(8);
        section.Append(packed);
        writer.Write(output);
        return packed.Length;
    }

    /// <summary>Proves that the second link moved nothing that the table speaks of.</summary>
    /// <exception cref="BuildException">AZ5007: a function is elsewhere in the second kernel.</exception>
    public static void VerifySameAddresses(string firstKernel, string secondKernel)
    {
        ElfImage first = ElfImage.Of(ElfFile.Open(firstKernel));
        ElfImage second = ElfImage.Of(ElfFile.Open(secondKernel));
        foreach (ElfFunction function in first.Functions)
        {
            ElfFunction? again = second.FunctionAt(function.Address);
            if (again is null || again.Address != function.Address || again.Size != function.Size || !again.Names.SequenceEqual(function.Names))
                throw new BuildException("AZ5007", $"the second link moved {function.Names[0]} away from 0x{function.Address:x}; the symbol table would be wrong");
        }

        if (second.Functions.Count != first.Functions.Count)
            throw new BuildException("AZ5007", $"the second link has {second.Functions.Count} functions, the first had {first.Functions.Count}; the symbol table would be wrong");
    }

    /// <summary>The table's bytes.</summary>
    internal static byte[] Build(ElfFile kernel, MethodNames names)
    {
        ElfImage image = ElfImage.Of(kernel);
        LineTable lines = LineTable.Read(image);
        CallFrameTable frames = CallFrameTable.Read(image);
        var functions = new List<SymbolTableFunction>();
        foreach (ElfFunction function in image.Functions)
            functions.Add(Describe(function, names, lines, frames));
        return Encode(functions);
    }

    /// <summary>Writes functions, which must be in the order of their addresses, in the notation of <see cref="SymbolTableFormat"/>.</summary>
    internal static byte[] Encode(IReadOnlyList<SymbolTableFunction> functions)
    {
        List<string> types = [.. functions.Select(f => f.Type).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        List<string> files = [.. functions.Where(f => f.File.Length > 0 && !IsNamedAfterType(f)).Select(f => f.File).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Dictionary<CallFrameRow, int> states = CollectStates(functions);
        List<byte[]> programs = [.. functions.Select(f => FrameRows(f, states)).Where(p => p.Length > 0)
            .GroupBy(Convert.ToHexString).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.First())];
        var programNumbers = programs.Select((p, i) => (Key: Convert.ToHexString(p), Number: i + 1)).ToDictionary(p => p.Key, p => p.Number);

        var header = new byte[SymbolTableFormat.HeaderSize];
        var body = new SymbolTableWriter();
        void List(int at, int count)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(at), SymbolTableFormat.HeaderSize + body.Length);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(at + 4), count);
        }

        WriteStates(body, states);
        List(SymbolTableFormat.TypesAt, types.Count);
        types.ForEach(body.Text);
        List(SymbolTableFormat.FilesAt, files.Count);
        files.ForEach(body.Text);
        List(SymbolTableFormat.FrameProgramsAt, programs.Count);
        programs.ForEach(body.Block);
        List(SymbolTableFormat.NamesAt, functions.Count);
        foreach (SymbolTableFunction function in functions)
            body.Text(function.Name);
        SymbolTableWriter[] columns = [.. Enumerable.Range(0, SymbolTableFormat.ColumnCount).Select(_ => new SymbolTableWriter())];
        ulong start = functions.Count > 0 ? functions[0].Address : 0;
        ulong end = start;
        int type = 0;
        int line = 0;
        foreach (SymbolTableFunction function in functions)
        {
            columns[(int)Column.Gaps].Signed((long)(function.Address - end - ((0 - end) % SymbolTableFormat.FunctionAlignment)));
            columns[(int)Column.Sizes].Number(function.Size);
            end = function.Address + function.Size;
            int newType = NumberIn(types, function.Type);
            bool givesFile = !IsNamedAfterType(function);
            columns[(int)Column.Types].Number((SymbolTableWriter.ZigZag(newType - type) << 1) | (givesFile ? 1u : 0u));
            type = newType;
            if (givesFile)
                columns[(int)Column.Files].Number((ulong)NumberIn(files, function.File));
            int firstLine = function.Lines.Count > 0 ? function.Lines[0].Line : line;
            columns[(int)Column.FirstLines].Signed(firstLine - line);
            line = firstLine;
            columns[(int)Column.FramePrograms].Number((ulong)programNumbers.GetValueOrDefault(Convert.ToHexString(FrameRows(function, states))));
            WriteLineRows(columns, function, firstLine);
        }

        for (int i = 0; i < columns.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(SymbolTableFormat.ColumnsAt + (i * sizeof(int))), SymbolTableFormat.HeaderSize + body.Length);
            body.Append(columns[i]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header, SymbolTableFormat.Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), SymbolTableFormat.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), (ushort)states.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), start);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), header.Length + body.Length);
        return [.. header, .. body.ToArray()];
    }

    /// <summary>The place of a text in a sorted list, from 1; 0 for no text.</summary>
    private static int NumberIn(List<string> sorted, string text)
        => text.Length > 0 ? sorted.BinarySearch(text, StringComparer.Ordinal) + 1 : 0;

    private static SymbolTableFunction Describe(ElfFunction function, MethodNames names, LineTable lines, CallFrameTable frames)
    {
        (string type, string name) = names.Split(function.Names);

        // One file for each function: ilc gives inlined code the line of the call.
        List<LineRow> inside = [.. lines.Within(function.Address, function.End)];
        string path = inside.Where(r => r.Line > 0).GroupBy(r => r.File).OrderByDescending(g => g.Count()).FirstOrDefault()?.Key ?? "";
        var rows = new List<(uint Offset, int Line)>();
        int line = 0;
        foreach (LineRow row in inside)
        {
            int shown = row.File == path ? row.Line : 0;
            var offset = (uint)(row.Address - function.Address);
            if (rows.Count > 0 && rows[^1].Offset == offset)
                rows.RemoveAt(rows.Count - 1);
            line = rows.Count > 0 ? rows[^1].Line : 0;
            if (shown != line)
                rows.Add((offset, shown));
        }

        List<CallFrameRow> frameRows = [];
        foreach (CallFrameRow row in frames.Within(function.Address, function.End))
        {
            CallFrameRow state = row with { Address = 0 };
            if (frameRows.Count == 0 ? state.Base != CallFrameBase.Unknown : frameRows[^1] with { Address = 0 } != state)
                frameRows.Add(state with { Address = row.Address - function.Address });
        }

        string file = path.Length > 0 ? path[(path.LastIndexOfAny(['/', '\\']) + 1)..] : "";
        return new SymbolTableFunction(function.Address, function.Size, type, name, file, rows, frameRows);
    }

    private static bool IsNamedAfterType(SymbolTableFunction function)
        => function.Type.Length > 0 && function.File == $"{function.Type[(function.Type.LastIndexOf('.') + 1)..]}.cs";

    private static Dictionary<CallFrameRow, int> CollectStates(IReadOnlyList<SymbolTableFunction> functions)
    {
        var unknown = CallFrameRow.Unknown(0);
        var states = new Dictionary<CallFrameRow, int> { [unknown] = 0 };
        IEnumerable<CallFrameRow> byUse = functions.SelectMany(f => f.Frames).Select(f => f with { Address = 0 })
            .Where(f => f.Base != CallFrameBase.Unknown)
            .GroupBy(f => f).OrderByDescending(g => g.Count()).Select(g => g.Key).Take(SymbolTableFormat.MaximumFrameStates - 1);
        foreach (CallFrameRow state in byUse)
            states.Add(state, states.Count);
        return states;
    }

    private static void WriteStates(SymbolTableWriter body, Dictionary<CallFrameRow, int> states)
    {
        foreach (CallFrameRow state in states.OrderBy(s => s.Value).Select(s => s.Key))
        {
            FrameState flags = state.Base switch
            {
                CallFrameBase.Rsp => FrameState.FromRsp,
                CallFrameBase.Rbp => FrameState.FromRbp,
                CallFrameBase.Outermost => FrameState.Outermost,
                _ => FrameState.None,
            };
            if (state.SavedRbp is not null)
                flags |= FrameState.SavedRbp;
            if (state.SavedRsp is not null)
                flags |= FrameState.SavedRsp;
            if (state.IsSignalFrame)
                flags |= FrameState.Interrupted;
            body.Byte((byte)flags);
            body.Signed(state.BaseOffset);
            body.Signed(state.ReturnAddress);
            if (state.SavedRbp is long rbp)
                body.Signed(rbp);
            if (state.SavedRsp is long rsp)
                body.Signed(rsp);
        }
    }

    private static void WriteLineRows(SymbolTableWriter[] columns, SymbolTableFunction function, int firstLine)
    {
        columns[(int)Column.RowCounts].Number((ulong)function.Lines.Count);
        uint offset = 0;
        int line = firstLine;
        foreach ((uint rowOffset, int rowLine) in function.Lines)
        {
            columns[(int)Column.RowOffsets].Number(rowOffset - offset);
            columns[(int)Column.RowLines].Signed(rowLine - line);
            (offset, line) = (rowOffset, rowLine);
        }
    }

    private static byte[] FrameRows(SymbolTableFunction function, Dictionary<CallFrameRow, int> states)
    {
        const int Escape = SymbolTableFormat.FrameEscape;
        var rows = new SymbolTableWriter();
        ulong offset = 0;
        foreach (CallFrameRow row in function.Frames)
        {
            ulong step = row.Address - offset;
            offset = row.Address;

            // A state that found no room in the table is unknown.
            int state = states.GetValueOrDefault(row with { Address = 0 });
            rows.Byte((byte)((Math.Min((int)Math.Min(step, Escape), Escape) << 4) | Math.Min(state, Escape)));
            if (step >= Escape)
                rows.Number(step);
            if (state >= Escape)
                rows.Number((ulong)state);
        }

        return rows.ToArray();
    }
}

/// <summary>One function of a symbol table.</summary>
/// <param name="Address">Its first byte.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Type">Namespace and type, or empty.</param>
/// <param name="Name">The method, or the symbol.</param>
/// <param name="File">The file's name without its folder, or empty.</param>
/// <param name="Lines">From which offset which line holds; 0: none.</param>
/// <param name="Frames">From which offset (in <see cref="CallFrameRow.Address"/>) which state holds.</param>
internal sealed record SymbolTableFunction(
    ulong Address,
    ulong Size,
    string Type,
    string Name,
    string File,
    IReadOnlyList<(uint Offset, int Line)> Lines,
    IReadOnlyList<CallFrameRow> Frames);
