using System.Buffers.Binary;
using AzaleaOS.Abi;
using Column = AzaleaOS.Abi.SymbolTableFormat.Column;

namespace AzaleaOS.Diagnostics;

/// <summary>Reads the columns of a <see cref="SymbolTable"/> side by side. Past the end they fail and read zeros.</summary>
internal ref struct SymbolTableColumns
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly Span<int> _positions;

    /// <summary>Begins at the first function.</summary>
    /// <param name="bytes">The table, with its header.</param>
    /// <param name="positions">Room for a place in each column.</param>
    internal SymbolTableColumns(ReadOnlySpan<byte> bytes, Span<int> positions)
    {
        _bytes = bytes;
        _positions = positions;
        for (int i = 0; i < positions.Length; i++)
        {
            // An offset that is out of range is negative or behind the end: nothing is read there.
            positions[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(SymbolTableFormat.ColumnsAt + (i * sizeof(int)))..]);
        }
    }

    /// <summary>Something was asked for that is not there; everything read since is worthless.</summary>
    internal bool Failed { get; private set; }

    internal ulong Number(Column column)
    {
        var cursor = new SymbolTableCursor(_bytes, _positions[(int)column]);
        ulong number = cursor.Number();
        _positions[(int)column] = cursor.Position;
        Failed |= cursor.Failed;
        return number;
    }

    internal long Signed(Column column) => SymbolTableCursor.Signed(Number(column));
}
