using System.Runtime.Intrinsics;
using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>Finds <c>Name (\_S5, Package () {a, b, ...})</c> in the DSDT without an AML interpreter.</summary>
/// <remarks>Source: ACPI 6.5, 7.4.2.6 (\_S5) and 20.2 (AML grammar).</remarks>
internal static unsafe class AcpiSleepState
{
    private const byte NameOp = 0x08;
    private const byte PackageOp = 0x12;
    private const byte RootChar = (byte)'\\';

    /// <summary>Reads the head of the DSDT: how long it is.</summary>
    internal static AcpiError Check(PhysicalWindow window, ref AcpiInfo info)
        => info.Dsdt.Value == 0 || info.ControlA == 0 ? AcpiError.None
            : AcpiTable.Check(window, info.Dsdt, AcpiTable.Signature("DSDT"u8), ref info, out _, out info.DsdtLength);

    /// <summary>Reads the DSDT. A table without the name is no error: the machine cannot be switched off this way.</summary>
    internal static AcpiError Read(PhysicalWindow window, PhysicalAddress address, ref AcpiInfo info)
    {
        AcpiError error = AcpiTable.Open(window, address, AcpiTable.Signature("DSDT"u8), ref info, out AcpiTable table);
        if (error is AcpiError.None)
        {
            info.HasSleepTypes = TryFind(table.Bytes[AcpiTable.HeaderSize..], out info.SleepTypeA, out info.SleepTypeB);
        }

        return error;
    }

    /// <summary>Searches a block of AML.</summary>
    internal static bool TryFind(ReadOnlySpan<byte> code, out byte typeA, out byte typeB)
    {
        typeA = 0;
        typeB = 0;
        int from = 0;
        while (true)
        {
            int found = IndexOf(code[from..]);
            if (found < 0)
            {
                return false;
            }

            int name = from + found;
            bool isDefined = (name >= 1 && code[name - 1] == NameOp)
                || (name >= 2 && code[name - 1] == RootChar && code[name - 2] == NameOp);
            if (isDefined && TryReadPackage(code[(name + 4)..], out typeA, out typeB))
            {
                return true;
            }

            from = name + 4;
        }
    }

    private static bool TryReadPackage(ReadOnlySpan<byte> code, out byte typeA, out byte typeB)
    {
        typeA = 0;
        typeB = 0;
        if (code.Length < 3 || code[0] != PackageOp)
        {
            return false;
        }

        // PackageOp, PkgLength of 1 to 4 bytes (the top two bits of the first say how many follow), NumElements.
        int elements = 1 + 1 + (code[1] >> 6);
        if (elements >= code.Length || code[elements] < 1)
        {
            return false;
        }

        code = code[(elements + 1)..];
        if (!TryReadByte(ref code, out typeA))
        {
            return false;
        }

        // Machines without PM1b may leave its value out.
        _ = TryReadByte(ref code, out typeB);
        return true;
    }

    private static bool TryReadByte(ref ReadOnlySpan<byte> code, out byte value)
    {
        const byte BytePrefix = 0x0a;
        const byte WordPrefix = 0x0b;
        const byte DoubleWordPrefix = 0x0c;
        value = 0;
        if (code.IsEmpty)
        {
            return false;
        }

        int length = code[0] switch
        {
            0 or 1 => 1,
            BytePrefix => 2,
            WordPrefix => 3,
            DoubleWordPrefix => 5,
            _ => int.MaxValue,
        };
        if (length > code.Length)
        {
            return false;
        }

        // SLP_TYP has three bits.
        value = (byte)(code[length == 1 ? 0 : 1] & 7);
        code = code[length..];
        return true;
    }

    // The table is long, and the digit is rare in it.
    private static int IndexOf(ReadOnlySpan<byte> code)
    {
        const int Step = 64;
        const int DigitAt = 2;
        ReadOnlySpan<byte> name = "_S5_"u8;
        Vector128<byte> digit = Vector128.Create(name[DigitAt]);
        fixed (byte* bytes = code)
        {
            for (int from = 0; from < code.Length; from += Step)
            {
                byte* at = bytes + from;
                if (from + Step <= code.Length
                    && (Vector128.Equals(Vector128.Load(at), digit) | Vector128.Equals(Vector128.Load(at + 16), digit)
                        | Vector128.Equals(Vector128.Load(at + 32), digit) | Vector128.Equals(Vector128.Load(at + 48), digit)) == Vector128<byte>.Zero)
                {
                    continue;
                }

                // The name may begin before these bytes and end behind them.
                int begin = Math.Max(0, from - DigitAt);
                int index = code[begin..Math.Min(code.Length, from + Step + 1)].IndexOf(name);
                if (index >= 0)
                {
                    return begin + index;
                }
            }
        }

        return -1;
    }
}
