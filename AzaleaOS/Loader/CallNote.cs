using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Loader;

/// <summary>Finds the note of a linked program.</summary>
/// <remarks>Source: System V ABI, Object Files, Note Section; names and descriptors are padded to four bytes.</remarks>
internal static unsafe class CallNote
{
    private const uint HeaderBytes = 12;

    /// <summary>The descriptor of the first note about <see cref="CallTable"/>, or null.</summary>
    /// <param name="notes">A segment's bytes; not aligned.</param>
    /// <param name="size">How many; nothing behind them is read.</param>
    internal static uint* Find(byte* notes, ulong size)
    {
        while (size >= HeaderBytes)
        {
            uint* header = (uint*)notes;
            ulong name = Padded(Unsafe.ReadUnaligned<uint>(header));
            ulong descriptor = Padded(Unsafe.ReadUnaligned<uint>(header + 1));
            ulong length = HeaderBytes + name + descriptor;
            if (length > size)
            {
                return null;
            }

            if (Unsafe.ReadUnaligned<uint>(header) == CallTable.NoteNameSize
                && Unsafe.ReadUnaligned<uint>(header + 1) == CallTable.NoteDescriptorSize
                && Unsafe.ReadUnaligned<uint>(header + 2) == CallTable.NoteType
                && Unsafe.ReadUnaligned<ulong>(notes + HeaderBytes) == CallTable.NoteName)
            {
                return (uint*)(notes + HeaderBytes + name);
            }

            notes += length;
            size -= length;
        }

        return null;
    }

    private static ulong Padded(uint size) => ((ulong)size + 3) & ~3ul;
}
