using System.Buffers.Binary;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;

namespace AzaleaOS.Build.Linking;

/// <summary>What must be true of a linked kernel before anything boots it.</summary>
internal static class KernelLayout
{
    private const ulong PageSize = 4096;

    /// <summary>The multiboot2 header begins within this many bytes of the file (Multiboot2 specification, 3.1.1).</summary>
    private const ulong MultibootWindow = 32 * 1024;

    private const uint MultibootMagic = 0xE85250D6;
    private const uint PvhEntryNote = 18;

    /// <summary>Checks segments, boot headers and entry.</summary>
    /// <exception cref="BuildException">AZ5005, one error for each thing that is wrong.</exception>
    internal static void Verify(ElfFile kernel)
    {
        var errors = new List<BuildDiagnostic>();
        void Wrong(string what) => errors.Add(new BuildDiagnostic("AZ5005", $"{kernel.Path}: {what}"));

        foreach (ElfSection section in kernel.Sections.Where(s => s.IsAllocated && s.Size > 0))
        {
            if (!LinkerScript.AllocatedSections.Contains(section.Name))
                Wrong($"section {section.Name} has no place in the kernel's layout");
        }

        ElfSegment[] loads = [.. kernel.Segments.Where(s => s.Type == ElfSegmentType.Load && s.MemorySize > 0)];
        foreach (ElfSegment segment in loads)
        {
            string name = $"the segment at 0x{segment.VirtualAddress:x}";
            if (segment.Attributes.HasFlag(ElfSegmentAttributes.Write | ElfSegmentAttributes.Execute))
                Wrong($"{name} is writable and executable");
            if (segment.VirtualAddress % PageSize != 0)
                Wrong($"{name} does not begin on a page");
            if (segment.VirtualAddress - segment.PhysicalAddress != LinkerScript.VirtualBase)
                Wrong($"{name} is loaded at physical 0x{segment.PhysicalAddress:x}");
        }

        if (!loads.Any(s => s.Attributes.HasFlag(ElfSegmentAttributes.Execute)
            && kernel.Entry >= s.VirtualAddress && kernel.Entry - s.VirtualAddress < s.MemorySize))
            Wrong($"the entry 0x{kernel.Entry:x} is not in an executable segment");

        if (kernel.FindSection(".multiboot2") is not { Size: >= 16 } multiboot)
            Wrong("it has no multiboot2 header");
        else if (multiboot.Offset + multiboot.Size > MultibootWindow)
            Wrong("the multiboot2 header is not within the first 32 KiB of the file");
        else
            VerifyMultiboot(kernel.Contents(multiboot), Wrong);

        if (!HasPvhNote(kernel))
            Wrong("it has no PVH entry note");
        if (errors.Count > 0)
            throw new BuildException(errors);
    }

    private static void VerifyMultiboot(ReadOnlySpan<byte> header, Action<string> wrong)
    {
        uint sum = 0;
        for (int i = 0; i < 4; i++)
            sum += BinaryPrimitives.ReadUInt32LittleEndian(header[(4 * i)..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != MultibootMagic)
            wrong("the multiboot2 header has the wrong magic number");
        else if (sum != 0)
            wrong("the multiboot2 header has the wrong checksum");
    }

    private static bool HasPvhNote(ElfFile kernel)
    {
        foreach (ElfSegment segment in kernel.Segments.Where(s => s.Type == ElfSegmentType.Note))
        {
            ReadOnlySpan<byte> note = kernel.Contents(segment);

            // Name size 4, description size 4 or 8, type, "Xen\0".
            if (note.Length >= 20
                && BinaryPrimitives.ReadUInt32LittleEndian(note) == 4
                && BinaryPrimitives.ReadUInt32LittleEndian(note[8..]) == PvhEntryNote
                && note[12..16].SequenceEqual("Xen\0"u8))
                return true;
        }

        return false;
    }
}
