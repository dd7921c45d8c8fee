using System.Buffers.Binary;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Bench.Programs;

/// <summary>The plugin of QEMU that counts instructions, and the addresses that it is told.</summary>
internal static class InstructionPlugin
{
    /// <summary>Where a note has its descriptor, in bytes: after three words and "Xen\0". Source: ELF specification, Note Section.</summary>
    private const int NoteDescriptorAt = 16;

    /// <summary>Compiles it into a folder.</summary>
    /// <returns>Its path.</returns>
    internal static string Compile(string folder)
    {
        string plugin = Path.Combine(folder, "instructions.so");
        string source = Path.Combine(SourceTree.Root, "Tests", "Bench", "Programs", "instructions.c");
        _ = ToolProcess.Run("/usr/bin/gcc", ["-O2", "-shared", "-fPIC", "-o", plugin, source]);
        return plugin;
    }

    /// <summary>Where QEMU enters a kernel: the address in its PVH note.</summary>
    internal static ulong EntryOf(string kernel)
    {
        ElfFile file = ElfFile.Open(kernel);
        ElfSegment note = file.Segments.Single(segment => segment.Type == ElfSegmentType.Note);
        return BinaryPrimitives.ReadUInt64LittleEndian(file.Contents(note)[NoteDescriptorAt..]);
    }
}
