using System.Buffers.Binary;

namespace AzaleaOS.Build.Linking;

/// <summary>
/// Makes the targets of calls and jumps and the places of variables in x86 code absolute, and back: what refers to one place then has the
/// same bytes wherever it is, and compresses better.
/// </summary>
/// <remarks>
/// What is behind a byte E8h or E9h, or behind an operation of <see cref="Operation"/> and a ModR/M byte for [rip + disp32], counts as a
/// distance, whether it is one or not. Distances are mapped one to one, and the bytes that decide are never changed, so that every
/// sequence of bytes comes back. <see cref="Unpacker"/> has <see cref="Restore"/> in machine code.
/// </remarks>
internal static class CodeTargets
{
    /// <summary>CALL rel32; JMP rel32 has one bit more. Source: SDM vol. 2A, CALL and JMP.</summary>
    internal const byte Branch = 0xe8;

    /// <summary>The bits that both have.</summary>
    internal const byte BranchBits = 0xfe;

    /// <summary>MOV r/m, r; with other bits MOV r, r/m and LEA r, m. Source: SDM vol. 2A and 2B, MOV and LEA.</summary>
    internal const byte Operation = 0x89;

    /// <summary>The bits that those have in common, and with one that has no such operand in 64-bit code of compilers.</summary>
    internal const byte OperationBits = 0xf9;

    /// <summary>The bits of a ModR/M byte that say what the memory operand is: mod and r/m. Source: SDM vol. 2A, 2.1.3.</summary>
    internal const byte OperandBits = 0xc7;

    /// <summary>Those bits for [rip + disp32]. Source: SDM vol. 2A, 2.2.1.6.</summary>
    internal const byte RipRelative = 0x05;

    /// <summary>Bytes of the longer one of both, without its prefix; fewer at the end of the code are not looked at.</summary>
    internal const int Length = 6;

    /// <summary>Makes distances places.</summary>
    /// <param name="code">The code, at the begin of the image.</param>
    /// <param name="span">Bytes of the whole image, at least those of the code: where a target may be.</param>
    internal static void Resolve(Span<byte> code, int span)
    {
        for (int at = 0; (at = NextOperand(code, at)) >= 0; at += sizeof(int))
        {
            Span<byte> operand = code.Slice(at, sizeof(int));
            int distance = BinaryPrimitives.ReadInt32LittleEndian(operand);
            if (IsMapped(distance, at, span))
                BinaryPrimitives.WriteInt32LittleEndian(operand, distance + at < span ? distance + at : distance - span);
        }
    }

    /// <summary>Makes places distances again.</summary>
    /// <param name="code">What <see cref="Resolve"/> left.</param>
    /// <param name="span">The same as there.</param>
    internal static void Restore(Span<byte> code, int span)
    {
        for (int at = 0; (at = NextOperand(code, at)) >= 0; at += sizeof(int))
        {
            Span<byte> operand = code.Slice(at, sizeof(int));
            int place = BinaryPrimitives.ReadInt32LittleEndian(operand);
            if (IsMapped(place, at, span))
                BinaryPrimitives.WriteInt32LittleEndian(operand, place >= 0 ? place - at : place + span);
        }
    }

    /// <summary>The first operand of an instruction that begins at <paramref name="at"/> or behind; -1 if there is none.</summary>
    private static int NextOperand(ReadOnlySpan<byte> code, int at)
    {
        for (; at + Length <= code.Length; at++)
        {
            if ((code[at] & BranchBits) == Branch)
                return at + 1;
            if ((code[at] & OperationBits) == Operation && (code[at + 1] & OperandBits) == RipRelative)
                return at + 2;
        }

        return -1;
    }

    // Distances from -at to the span become places 0 to the span, and what remains of them -at to -1.
    private static bool IsMapped(int operand, int at, int span) => unchecked((uint)(operand + at) < (uint)(span + at));
}
