using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Images;

/// <summary>What is in a kernel that has a program in its image: see <see cref="LinkedProgram"/>.</summary>
internal static class LinkedContent
{
    /// <summary>The command line that is used unless the loader's names a program; null in a kernel without a program.</summary>
    internal static string? CommandLineOf(ElfFile kernel)
    {
        if (!TryRead(kernel, out ReadOnlySpan<byte> content))
            return null;
        int length = content.IndexOf((byte)0);
        return length < 0 ? null : Encoding.UTF8.GetString(content[..length]);
    }

    /// <summary>The program's executable, as it was built; null where there is none.</summary>
    internal static byte[]? ProgramOf(ElfFile kernel)
    {
        if (CommandLineOf(kernel) is not { } line || !TryRead(kernel, out ReadOnlySpan<byte> content))
            return null;
        int archive = (content.IndexOf((byte)0) + LinkedProgram.Alignment) & ~(LinkedProgram.Alignment - 1);
        return KernelCommandLine.Split(line).SkipWhile(word => word != KernelCommandLine.ProgramSeparator).ElementAtOrDefault(1) is { } path
            && archive <= content.Length && CpioReader.TryFind(content[archive..], path, out ReadOnlySpan<byte> program)
            ? program.ToArray()
            : null;
    }

    /// <summary>Where a packed kernel keeps its <see cref="LinkedProgram"/>: the segment, and the offset in that. Null in any other file.</summary>
    internal static (ElfSegment Content, int Place)? FindPlace(ElfFile kernel)
    {
        if (kernel.Segments.FirstOrDefault(s => s.Type == ElfSegmentType.Note) is not { } note
            || kernel.Segments.FirstOrDefault(s => s.Type == ElfSegmentType.Load && s.FileSize > 0 && note.PhysicalAddress - s.PhysicalAddress < s.FileSize) is not { } content)
            return null;
        ulong place = (note.PhysicalAddress + note.FileSize - content.PhysicalAddress + 7) & ~7ul;
        ReadOnlySpan<byte> bytes = kernel.Contents(content);
        return place + (ulong)Marshal.SizeOf<LinkedProgram>() <= (ulong)bytes.Length
            && MemoryMarshal.Read<LinkedProgram>(bytes[(int)place..]).Magic == LinkedProgram.MagicNumber
            ? (content, (int)place)
            : null;
    }

    private static bool TryRead(ElfFile kernel, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (FindPlace(kernel) is not { } found)
            return false;
        uint address = MemoryMarshal.Read<LinkedProgram>(kernel.Contents(found.Content)[found.Place..]).Address;
        if (address == 0 || kernel.Segments.FirstOrDefault(s => s.Type == ElfSegmentType.Load && s.PhysicalAddress == address) is not { } segment)
            return false;
        content = kernel.Contents(segment);
        return true;
    }
}
