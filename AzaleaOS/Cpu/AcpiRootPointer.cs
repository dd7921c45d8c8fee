using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>RSDP: where the list of tables is.</summary>
/// <remarks>Source: ACPI 6.5, 5.2.5.</remarks>
internal static unsafe class AcpiRootPointer
{
    private const ulong Signature = 0x2052_5450_2044_5352; // "RSD PTR "
    private const uint FirstSize = 20;
    private const uint SecondSize = 36;
    private const uint MaxSize = 4096;

    private const ulong ExtendedBiosDataPointer = 0x40e;
    private const ulong ExtendedBiosDataSize = 1024;
    private const ulong BiosStart = 0xe_0000;
    private const ulong BiosEnd = 0x10_0000;
    private const ulong Alignment = 16;

    /// <summary>Reads the pointer.</summary>
    /// <param name="window">Where physical memory can be read.</param>
    /// <param name="address">The pointer's address.</param>
    /// <param name="info">Gets the culprit on failure.</param>
    /// <param name="list">Physical address of the XSDT or RSDT.</param>
    /// <param name="isLong">Whether it is an XSDT, with 64-bit addresses.</param>
    internal static AcpiError Read(PhysicalWindow window, PhysicalAddress address, ref AcpiInfo info, out PhysicalAddress list, out bool isLong)
    {
        list = default;
        isLong = false;
        info.CulpritAddress = address;
        info.CulpritSignature = AcpiTable.Signature("RSDP"u8);
        if (!window.TryGet(address, FirstSize, out byte* pointer))
        {
            return AcpiError.OutOfReach;
        }

        if (Unsafe.ReadUnaligned<ulong>(pointer) != Signature)
        {
            return AcpiError.BadSignature;
        }

        if (AcpiTable.Sum(pointer, FirstSize) != 0)
        {
            return AcpiError.BadChecksum;
        }

        byte revision = pointer[15];
        if (revision >= 2)
        {
            if (!window.TryGet(address, SecondSize, out pointer))
            {
                return AcpiError.OutOfReach;
            }

            uint size = Unsafe.ReadUnaligned<uint>(pointer + 20);
            if (size is < SecondSize or > MaxSize)
            {
                return AcpiError.BadLength;
            }

            if (!window.TryGet(address, size, out pointer))
            {
                return AcpiError.OutOfReach;
            }

            if (AcpiTable.Sum(pointer, size) != 0)
            {
                return AcpiError.BadChecksum;
            }

            list = new PhysicalAddress(Unsafe.ReadUnaligned<ulong>(pointer + 24));
            isLong = list.Value != 0;
        }

        if (!isLong)
        {
            list = new PhysicalAddress(Unsafe.ReadUnaligned<uint>(pointer + 16));
        }

        return AcpiError.None;
    }

    /// <summary>Searches where a BIOS keeps the pointer, for boot loaders that do not tell.</summary>
    /// <returns>False if it is not there.</returns>
    internal static bool TryFind(PhysicalWindow window, out PhysicalAddress address)
    {
        bool hasArea = window.TryRead(new PhysicalAddress(ExtendedBiosDataPointer), out ushort segment) && segment != 0;
        ulong area = (ulong)segment << 4;
        return (hasArea && TryFind(window, area, area + ExtendedBiosDataSize, out address))
            || TryFind(window, BiosStart, BiosEnd, out address);
    }

    private static bool TryFind(PhysicalWindow window, ulong start, ulong end, out PhysicalAddress address)
    {
        for (ulong at = start; at < end; at += Alignment)
        {
            address = new PhysicalAddress(at);
            bool isFound = window.TryRead(address, out ulong signature) && signature == Signature
                && window.TryGet(address, FirstSize, out byte* pointer) && AcpiTable.Sum(pointer, FirstSize) == 0;
            if (isFound)
            {
                return true;
            }
        }

        address = default;
        return false;
    }
}
