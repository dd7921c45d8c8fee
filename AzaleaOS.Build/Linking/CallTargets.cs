using System.Buffers.Binary;

namespace AzaleaOS.Build.Linking;

/// <summary>
/// Makes the targets of calls in x86 code absolute, and back: calls of one method then have the same bytes wherever they are,
/// and compress better.
/// </summary>
/// <remarks>
/// What is behind a byte E8h counts as the distance of a call, whether it is one or not. Distances are mapped one to one, so
/// that every sequence of bytes comes back. <see cref="Unpacker"/> has <see cref="Restore"/> in machine code.
/// </remarks>
internal static class CallTargets
{
    /// <summary>CALL rel32. Source: SDM vol. 2A, CALL.</summary>
    internal const byte Opcode = 0xe8;

    /// <summary>Bytes of it.</summary>
    internal const int Length = 5;

    /// <summary>Makes distances places.</summary>
    internal static void Resolve(Span<byte> code)
    {
        for (int at = 0; at + Length <= code.Length; at++)
        {
            if (code[at] != Opcode)
                continue;

            Span<byte> operand = code.Slice(at + 1, sizeof(int));
            int distance = BinaryPrimitives.ReadInt32LittleEndian(operand);
            if (IsMapped(distance, at, code.Length))
                BinaryPrimitives.WriteInt32LittleEndian(operand, distance + at < code.Length ? distance + at : distance - code.Length);
            at += sizeof(int);
        }
    }

    /// <summary>Makes places distances again.</summary>
    internal static void Restore(Span<byte> code)
    {
        for (int at = 0; at + Length <= code.Length; at++)
        {
            if (code[at] != Opcode)
                continue;

            Span<byte> operand = code.Slice(at + 1, sizeof(int));
            int place = BinaryPrimitives.ReadInt32LittleEndian(operand);
            if (IsMapped(place, at, code.Length))
                BinaryPrimitives.WriteInt32LittleEndian(operand, place >= 0 ? place - at : place + code.Length);
            at += sizeof(int);
        }
    }

    // Distances from -at to the length become places 0 to the length, and what remains of them -at to -1.
    private static bool IsMapped(int operand, int at, int length) => unchecked((uint)(operand + at) < (uint)(length + at));
}
