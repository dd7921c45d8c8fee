using System.Buffers.Binary;
using System.Text;
using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Images;

/// <summary>
/// A FAT12 file system that holds <c>/EFI/BOOT/BOOTX64.EFI</c> and nothing else: the EFI system partition of a CD image.
/// </summary>
/// <remarks>Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03. One cluster is one sector.</remarks>
internal static class FatImage
{
    private const int SectorSize = 512;
    private const int RootEntries = 16;
    private const int FatCopies = 2;
    private const int FirstCluster = 2;
    private const int MostClusters = 4084;       // one more and it would be a FAT16
    private const int EndOfChain = 0xFFF;
    private const int SectorsPerTrack = 32;
    private const byte FixedDisk = 0xF8;
    private const byte AttributeDirectory = 0x10;
    private const byte AttributeArchive = 0x20;
    private const byte AttributeVolume = 0x08;

    /// <summary>The file system with one EFI program.</summary>
    internal static byte[] Create(ReadOnlySpan<byte> program)
    {
        int programClusters = Math.Max(1, (program.Length + SectorSize - 1) / SectorSize);
        int clusters = programClusters + 2;
        if (clusters > MostClusters)
            throw new BuildException("AZ6001", $"the EFI boot loader has {program.Length / 1024} KiB; a FAT12 holds {MostClusters / 2} KiB");

        int fatSectors = ((((clusters + FirstCluster) * 3) + 1) / 2 + SectorSize - 1) / SectorSize;
        int rootStart = 1 + (FatCopies * fatSectors);
        int dataStart = rootStart + (RootEntries * 32 / SectorSize);
        int sectors = (dataStart + clusters + SectorsPerTrack - 1) / SectorsPerTrack * SectorsPerTrack;
        byte[] image = new byte[sectors * SectorSize];
        WriteBootSector(image, sectors, fatSectors);
        for (int copy = 0; copy < FatCopies; copy++)
            WriteFat(image.AsSpan((1 + (copy * fatSectors)) * SectorSize, fatSectors * SectorSize), programClusters);

        const int efi = FirstCluster, boot = FirstCluster + 1, file = FirstCluster + 2;
        Span<byte> root = image.AsSpan(rootStart * SectorSize);
        Entry(root, "AZALEA     ", AttributeVolume, 0, 0);
        Entry(root[32..], "EFI        ", AttributeDirectory, efi, 0);
        Span<byte> efiDirectory = image.AsSpan(dataStart * SectorSize, SectorSize);
        Entry(efiDirectory, ".          ", AttributeDirectory, efi, 0);
        Entry(efiDirectory[32..], "..         ", AttributeDirectory, 0, 0);
        Entry(efiDirectory[64..], "BOOT       ", AttributeDirectory, boot, 0);
        Span<byte> bootDirectory = image.AsSpan((dataStart + 1) * SectorSize, SectorSize);
        Entry(bootDirectory, ".          ", AttributeDirectory, boot, 0);
        Entry(bootDirectory[32..], "..         ", AttributeDirectory, efi, 0);
        Entry(bootDirectory[64..], "BOOTX64 EFI", AttributeArchive, file, program.Length);
        program.CopyTo(image.AsSpan((dataStart + 2) * SectorSize));
        return image;
    }

    private static void WriteBootSector(Span<byte> sector, int sectors, int fatSectors)
    {
        ReadOnlySpan<byte> jump = [0xEB, 0x3C, 0x90];
        jump.CopyTo(sector);
        "AZALEAOS"u8.CopyTo(sector[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[11..], SectorSize);
        sector[13] = 1;                                                             // sectors per cluster
        BinaryPrimitives.WriteUInt16LittleEndian(sector[14..], 1);                  // reserved sectors
        sector[16] = FatCopies;
        BinaryPrimitives.WriteUInt16LittleEndian(sector[17..], RootEntries);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[19..], (ushort)sectors);
        sector[21] = FixedDisk;
        BinaryPrimitives.WriteUInt16LittleEndian(sector[22..], (ushort)fatSectors);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[24..], SectorsPerTrack);           // sectors per track
        BinaryPrimitives.WriteUInt16LittleEndian(sector[26..], 2);                  // heads
        sector[36] = 0x80;                                                          // drive number
        sector[38] = 0x29;                                                          // the three fields below are present
        BinaryPrimitives.WriteUInt32LittleEndian(sector[39..], (uint)SourceDate.UnixSeconds);
        "AZALEA     FAT12   "u8.CopyTo(sector[43..]);
        sector[510] = 0x55;
        sector[511] = 0xAA;
    }

    private static void WriteFat(Span<byte> fat, int programClusters)
    {
        Set(fat, 0, 0xF00 | FixedDisk);
        Set(fat, 1, EndOfChain);
        Set(fat, FirstCluster, EndOfChain);
        Set(fat, FirstCluster + 1, EndOfChain);
        int first = FirstCluster + 2;
        for (int i = 0; i < programClusters; i++)
            Set(fat, first + i, i + 1 < programClusters ? first + i + 1 : EndOfChain);
    }

    private static void Set(Span<byte> fat, int cluster, int value)
    {
        int offset = cluster * 3 / 2;
        if (cluster % 2 == 0)
        {
            fat[offset] = (byte)value;
            fat[offset + 1] = (byte)((fat[offset + 1] & 0xF0) | (value >> 8));
        }
        else
        {
            fat[offset] = (byte)((fat[offset] & 0x0F) | (value << 4));
            fat[offset + 1] = (byte)(value >> 4);
        }
    }

    private static void Entry(Span<byte> entry, string name, byte attributes, int cluster, int size)
    {
        DateTime time = SourceDate.Utc;
        ushort date = (ushort)(((time.Year - 1980) << 9) | (time.Month << 5) | time.Day);
        ushort clock = (ushort)((time.Hour << 11) | (time.Minute << 5) | (time.Second / 2));
        Encoding.ASCII.GetBytes(name, entry);
        entry[11] = attributes;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[14..], clock);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[16..], date);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[18..], date);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[22..], clock);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[24..], date);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[26..], (ushort)cluster);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[28..], (uint)size);
    }
}
