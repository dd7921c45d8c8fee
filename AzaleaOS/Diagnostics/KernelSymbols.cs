using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi;

namespace AzaleaOS.Diagnostics;

/// <summary>The kernel's own symbol table, unpacked when it is first asked for.</summary>
/// <remarks>The first core that asks unpacks. Who asks meanwhile, and a fault while unpacking, finds no table and prints addresses.</remarks>
internal static unsafe class KernelSymbols
{
    /// <summary>The symbol that the assembler method of <see cref="Room"/> has.</summary>
    internal const string RoomSymbol = "azalea_symbols_room";

    /// <summary>Bytes at <see cref="Room"/>: the models, then the table.</summary>
    internal const int RoomBytes = (PackedTableFormat.ModelCount * sizeof(ushort)) + PackedTableFormat.MaximumLength;

    private static int s_isTaken;
    private static int s_length;

    /// <summary>The table; empty if there is none, or not yet.</summary>
    internal static SymbolTable Table
    {
        get
        {
            byte* room = (byte*)(delegate*<void>)&Room;
            var target = new Span<byte>(room + (PackedTableFormat.ModelCount * sizeof(ushort)), PackedTableFormat.MaximumLength);
            if (Interlocked.Exchange(ref s_isTaken, 1) == 0)
            {
                int length = TableUnpacker.Unpack(KernelImage.Symbols, new Span<ushort>(room, PackedTableFormat.ModelCount), target);
                Volatile.Write(ref s_length, length);
            }

            return new SymbolTable(target[..Volatile.Read(ref s_length)]);
        }
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport(RoomSymbol)]
    private static extern void Room();
}
