using System.Text;

namespace AzaleaOS.Tests.Unit.Elf;

/// <summary>Writes .debug_line by the book, as the counterpart of the reader under test.</summary>
internal static class LineProgram
{
    private const int LineBase = -3;
    private const int LineRange = 12;
    private const int OpcodeBase = 13;
    private static readonly byte[] s_operandCounts = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

    /// <summary>One unit with one sequence. Rows ascend; the sequence ends at <paramref name="end"/>.</summary>
    internal static byte[] Write(int version, bool is64, IReadOnlyList<(ulong Address, int File, int Line)> rows, ulong end, string[] files)
    {
        List<byte> header = [1];
        if (version >= 4)
            header.Add(1);
        header.AddRange([1, unchecked((byte)LineBase), LineRange, OpcodeBase, .. s_operandCounts]);
        if (version >= 5)
            AddTablesV5(header, files);
        else
            AddTablesV4(header, files);

        List<byte> body = [(byte)version, 0];
        if (version >= 5)
            body.AddRange([8, 0]);
        AddOffset(body, header.Count, is64);
        body.AddRange(header);
        AddProgram(body, rows, end, version >= 5 ? 0 : 1);

        List<byte> unit = [];
        if (is64)
            unit.AddRange([0xff, 0xff, 0xff, 0xff]);
        AddOffset(unit, body.Count, is64);
        unit.AddRange(body);
        return [.. unit];
    }

    private static void AddTablesV4(List<byte> header, string[] files)
    {
        AddText(header, "/folder");
        header.Add(0);
        foreach (string file in files)
        {
            AddText(header, file);
            header.AddRange([1, 0, 0]);
        }

        header.Add(0);
    }

    private static void AddTablesV5(List<byte> header, string[] files)
    {
        header.AddRange([1, 1, 0x08, 2]); // one form: a path as text; two directories
        AddText(header, "/build");
        AddText(header, "/folder");
        header.AddRange([3, 1, 0x08, 2, 0x0b, 5, 0x1e, (byte)files.Length]); // path, directory in a byte, MD5
        foreach (string file in files)
        {
            AddText(header, file);
            header.Add(1);
            header.AddRange(new byte[16]);
        }
    }

    private static void AddProgram(List<byte> body, IReadOnlyList<(ulong Address, int File, int Line)> rows, ulong end, int firstFile)
    {
        ulong address = rows[0].Address;
        int file = 1;
        int line = 1;
        body.AddRange([0, 9, 2]);
        body.AddRange(BitConverter.GetBytes(address));
        foreach ((ulong rowAddress, int rowFile, int rowLine) in rows)
        {
            if (rowFile + firstFile != file)
            {
                file = rowFile + firstFile;
                body.Add(4);
                AddUnsigned(body, (ulong)file);
            }

            ulong step = rowAddress - address;
            int lineStep = rowLine - line;
            if (lineStep is >= LineBase and < LineBase + LineRange && ((ulong)(lineStep - LineBase) + (LineRange * step) + OpcodeBase) <= 255)
            {
                body.Add((byte)(lineStep - LineBase + (LineRange * (int)step) + OpcodeBase));
            }
            else
            {
                body.Add(2);
                AddUnsigned(body, step);
                body.Add(3);
                AddSigned(body, lineStep);
                body.Add(1);
            }

            (address, line) = (rowAddress, rowLine);
        }

        body.Add(2);
        AddUnsigned(body, end - address);
        body.AddRange([0, 1, 1]);
    }

    private static void AddOffset(List<byte> bytes, int value, bool is64)
        => bytes.AddRange(is64 ? BitConverter.GetBytes((long)value) : BitConverter.GetBytes(value));

    private static void AddText(List<byte> bytes, string text)
    {
        bytes.AddRange(Encoding.UTF8.GetBytes(text));
        bytes.Add(0);
    }

    private static void AddUnsigned(List<byte> bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }

    private static void AddSigned(List<byte> bytes, long value)
    {
        while (value is < -64 or > 63)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        bytes.Add((byte)(value & 0x7f));
    }
}
