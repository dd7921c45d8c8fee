using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Looks at what the user wants to run, so that a wrong file is named before anything starts.</summary>
internal static class ProgramFile
{
    private const byte Bits64 = 2;
    private const ushort MachineX86 = 62;
    private const uint NoteSegment = 4;
    private const uint InterpreterSegment = 3;

    /// <summary>XEN_ELFNOTE_PHYS32_ENTRY, the note that QEMU boots by. Source: Xen, xen/include/public/elfnote.h.</summary>
    private const uint PvhNote = 18;

    private const int MostNotes = 64 * 1024;

    /// <summary>What a file is.</summary>
    internal enum Kind
    {
        /// <summary>A static Linux program.</summary>
        Program,

        /// <summary>A kernel image that brings its own program, or takes one.</summary>
        Image,
    }

    /// <summary>The file of a program that is named by path, or by name on PATH as in a shell.</summary>
    internal static string Find(string program)
    {
        if (Directory.Exists(program))
            throw CommandException.NoInput($"{program} is a directory");
        if (File.Exists(program))
            return Path.GetFullPath(program);
        string? found = program.Contains('/') ? null : HostTools.Default.FindProgram(program);
        return found is null ? throw CommandException.NoInput($"{program}: no such file") : Path.GetFullPath(found);
    }

    /// <summary>Looks at a file.</summary>
    /// <exception cref="CommandException">It is nothing that can be started.</exception>
    internal static Kind Inspect(string path)
    {
        using FileStream stream = Open(path);
        ElfHeader header = default;
        int read = stream.ReadAtLeast(MemoryMarshal.AsBytes(new Span<ElfHeader>(ref header)), Marshal.SizeOf<ElfHeader>(), throwOnEndOfStream: false);
        ReadOnlySpan<byte> start = MemoryMarshal.AsBytes(new ReadOnlySpan<ElfHeader>(in header));
        if (read < 5 || !start.StartsWith("\x7F\x45LF"u8))
            throw CommandException.NoInput($"{path} is no ELF file: give a static x86-64 program, or a kernel image");
        if (start[4] != Bits64)
            throw CommandException.NoInput($"{path} is a 32-bit program: compile it for x86-64");
        if (read < start.Length || header.Machine != MachineX86)
            throw CommandException.NoInput($"{path} is no program for x86-64");

        bool interpreter = false;
        for (int i = 0; i < header.ProgramHeaderCount; i++)
        {
            ElfProgramHeader segment = default;
            stream.Position = (long)header.ProgramHeaders + (long)i * header.ProgramHeaderSize;
            Span<byte> bytes = MemoryMarshal.AsBytes(new Span<ElfProgramHeader>(ref segment));
            if (header.ProgramHeaderSize != bytes.Length || stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                throw CommandException.NoInput($"{path} is a damaged ELF file: its program headers are not all there");
            if ((uint)segment.Type == NoteSegment && HasPvhNote(stream, segment))
                return Kind.Image;
            interpreter |= (uint)segment.Type == InterpreterSegment;
        }

        if (interpreter)
            throw CommandException.NoInput($"{path} is linked dynamically: link it with -static");
        return Kind.Program;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.NoInput($"{path} cannot be read: {e.Message}");
        }
    }

    private static bool HasPvhNote(FileStream stream, in ElfProgramHeader segment)
    {
        byte[] notes = new byte[Math.Min((long)segment.FileSize, MostNotes)];
        stream.Position = (long)segment.Offset;
        int length = stream.ReadAtLeast(notes, notes.Length, throwOnEndOfStream: false);
        // Each note: sizes of name and content, type, then both, padded to 4.
        for (int at = 0; at + 12 <= length;)
        {
            (uint name, uint content, uint type) = (BitConverter.ToUInt32(notes, at), BitConverter.ToUInt32(notes, at + 4), BitConverter.ToUInt32(notes, at + 8));
            if (type == PvhNote && name == 4 && at + 16 <= length && notes.AsSpan(at + 12, 4).SequenceEqual("Xen\0"u8))
                return true;
            long next = at + 12L + ((name + 3L) & ~3L) + ((content + 3L) & ~3L);
            if (next > length)
                break;
            at = (int)next;
        }

        return false;
    }
}
