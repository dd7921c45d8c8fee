using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>A table whose header and checksum were found good. All reads are relative to it and checked against its length.</summary>
/// <remarks>Source: ACPI 6.5, 5.2.6 (system description table header).</remarks>
internal readonly unsafe ref struct AcpiTable
{
    /// <summary>Bytes of the header.</summary>
    internal const int HeaderSize = 36;

    // Real DSDTs reach some hundred KiB.
    private const uint MaxLength = 4 << 20;

    private readonly byte* _pointer;

    private AcpiTable(byte* pointer, uint length)
    {
        _pointer = pointer;
        Length = length;
    }

    /// <summary>Bytes, header included.</summary>
    internal uint Length { get; }

    /// <summary>The table's revision.</summary>
    internal byte Revision => _pointer[8];

    /// <summary>All bytes.</summary>
    internal ReadOnlySpan<byte> Bytes => new(_pointer, (int)Length);

    /// <summary>A signature as a number.</summary>
    internal static uint Signature(ReadOnlySpan<byte> name) => (uint)(name[0] | (name[1] << 8) | (name[2] << 16) | (name[3] << 24));

    /// <summary>Checks a table.</summary>
    internal static AcpiError Open(PhysicalWindow window, PhysicalAddress address, uint signature, ref AcpiInfo info, out AcpiTable table)
    {
        table = default;
        AcpiError error = Check(window, address, signature, ref info, out byte* pointer, out uint length);
        if (error is AcpiError.None)
        {
            error = Sum(pointer, length) == 0 ? AcpiError.None : AcpiError.BadChecksum;
            table = error is AcpiError.None ? new AcpiTable(pointer, length) : default;
        }

        return error;
    }

    /// <summary>Checks a table but for its checksum.</summary>
    internal static AcpiError Check(PhysicalWindow window, PhysicalAddress address, uint signature, ref AcpiInfo info, out byte* pointer, out uint length)
    {
        length = 0;
        info.CulpritAddress = address;
        info.CulpritSignature = signature;
        if (!window.TryGet(address, HeaderSize, out pointer))
        {
            return AcpiError.OutOfReach;
        }

        if (Unsafe.ReadUnaligned<uint>(pointer) != signature)
        {
            return AcpiError.BadSignature;
        }

        length = Unsafe.ReadUnaligned<uint>(pointer + 4);
        if (length is < HeaderSize or > MaxLength)
        {
            return AcpiError.BadLength;
        }

        return window.TryGet(address, length, out pointer) ? AcpiError.None : AcpiError.OutOfReach;
    }

    /// <summary>Reads a value; 0 if the table is too short to have it, as in older revisions.</summary>
    internal T Read<T>(uint offset)
        where T : unmanaged
        => offset <= Length && (uint)sizeof(T) <= Length - offset ? Unsafe.ReadUnaligned<T>(_pointer + offset) : default;

    /// <summary>Goes to the next entry of type and length bytes.</summary>
    /// <param name="offset">Where the current entry is; 0 entries are left if it is the table's length.</param>
    /// <param name="type">The entry's type.</param>
    /// <param name="length">Its length, within the table.</param>
    /// <returns>None or BadEntry.</returns>
    internal AcpiError ReadEntry(uint offset, out byte type, out byte length)
    {
        type = Read<byte>(offset);
        length = Read<byte>(offset + 1);
        return length < 2 || length > Length - offset ? AcpiError.BadEntry : AcpiError.None;
    }

    /// <summary>The sum of all bytes modulo 256.</summary>
    internal static byte Sum(byte* pointer, uint length)
    {
        ulong sum = 0;
        uint at = 0;
        if (Sse2.IsSupported)
        {
            Vector128<ulong> sums = Vector128<ulong>.Zero;
            for (; length - at >= 64; at += 64)
            {
                // What adds up to more than 255 is lost, which does not matter; then each half of eight bytes.
                byte* from = pointer + at;
                Vector128<byte> four = Vector128.Load(from) + Vector128.Load(from + 16) + Vector128.Load(from + 32) + Vector128.Load(from + 48);
                sums += Sse2.SumAbsoluteDifferences(four, Vector128<byte>.Zero).AsUInt64();
            }

            sum = sums.GetElement(0) + sums.GetElement(1);
        }

        for (; at < length; at++)
        {
            sum += pointer[at];
        }

        return (byte)sum;
    }
}
