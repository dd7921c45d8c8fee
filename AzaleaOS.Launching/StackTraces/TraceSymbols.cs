using System.Text;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Images;
using Iced.Intel;

namespace AzaleaOS.Build.StackTraces;

/// <summary>The methods of a NativeAOT executable and the lines they come from, of its DWARF.</summary>
internal sealed class TraceSymbols
{
    private const int Bits = 64;

    private readonly ElfFile _program;
    private readonly LineTable _lines;
    private readonly (string Name, ElfSymbol Symbol)[] _methods;

    private TraceSymbols(ElfFile program, ElfFile debug)
    {
        _program = program;
        _lines = LineTable.Read(ElfImage.Of(debug));
        _methods = [.. debug.Symbols.Where(symbol => symbol.Size > 0 && symbol.Type == ElfSymbolType.Function).Select(symbol => (MangledNames.WithoutArguments(symbol.Name), symbol))];
    }

    /// <summary>Reads a program's debug information, its own or that of the file that it names and that lies beside it.</summary>
    /// <param name="program">The executable, or the image that it is linked into.</param>
    /// <returns>Null if there is none, or none that can be read.</returns>
    internal static TraceSymbols? Load(string program)
    {
        try
        {
            ElfFile file = ElfFile.Open(program);
            if (LinkedContent.ProgramOf(file) is { } linked)
                file = ElfFile.Parse(linked, program);
            ElfFile? debug = file.FindSection(".debug_line") is not null ? file : DebugFile(file) is { } path && File.Exists(path) ? ElfFile.Open(path) : null;
            return debug is null ? null : new TraceSymbols(file, debug);
        }
        catch (Exception e) when (e is BuildException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where a line of a stack trace is in the source; null where that is not known, or not sure.</summary>
    internal LineRow? Find(TraceLine line)
    {
        foreach (string ending in MangledNames.Endings(line.Method))
        {
            LineRow[] rows = [.. _methods
                .Where(method => line.Offset < method.Symbol.Size && MangledNames.Matches(method.Name, ending))
                .Select(method => RowOf(method.Symbol, line.Offset))
                .OfType<LineRow>()
                .DistinctBy(row => (row.File, row.Line))];
            if (rows.Length > 0)
                return rows.Length == 1 ? rows[0] : null;
        }

        return null;
    }

    /// <summary>The line of an offset in a method, if an instruction begins there.</summary>
    private LineRow? RowOf(ElfSymbol method, ulong offset)
    {
        if (Code(method) is not { } code)
            return null;
        var decoder = Iced.Intel.Decoder.Create(Bits, code, method.Value);
        Instruction last = default;
        ulong at = method.Value + offset;
        while (decoder.IP < at)
            decoder.Decode(out last);
        if (decoder.IP != at)
            return null;

        // Where a method called another, the trace has the address behind the call, which may be the next line's.
        bool isReturn = last.FlowControl is FlowControl.Call or FlowControl.IndirectCall;
        return _lines.Find(isReturn ? at - 1 : at);
    }

    private byte[]? Code(ElfSymbol method)
    {
        foreach (ElfSegment segment in _program.Segments)
        {
            if (segment.Type == ElfSegmentType.Load && method.Value >= segment.VirtualAddress && method.Value + method.Size <= segment.VirtualAddress + segment.FileSize)
                return _program.Contents(segment).Slice((int)(method.Value - segment.VirtualAddress), (int)method.Size).ToArray();
        }

        return null;
    }

    // Source: gdb's manual, Separate Debug Files: a name that ends with a zero byte.
    private static string? DebugFile(ElfFile program)
    {
        if (program.FindSection(".gnu_debuglink") is not { } link)
            return null;
        ReadOnlySpan<byte> contents = program.Contents(link);
        int end = contents.IndexOf((byte)0);
        return end <= 0 ? null : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(program.Path))!, Path.GetFileName(Encoding.UTF8.GetString(contents[..end])));
    }
}
