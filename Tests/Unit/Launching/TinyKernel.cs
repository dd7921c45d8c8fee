using System.Buffers.Binary;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Launching;

/// <summary>How a <see cref="TinyKernel"/> ends.</summary>
public enum TinyEnding
{
    /// <summary>Through QEMU's debug port, Bochs's shutdown port, or not at all.</summary>
    PowerOff,

    /// <summary>Never.</summary>
    Hang,

    /// <summary>By a triple fault, which resets the machine.</summary>
    TripleFault,
}

/// <summary>
/// A kernel of a few instructions, to test launching without the real one: it writes fixed bytes to the serial line,
/// and its command line if asked, then ends. It boots by PVH and by multiboot2.
/// </summary>
internal sealed class TinyKernel
{
    private const uint LoadAddress = 0x100000;
    private const uint StackTop = 0x80000;
    private const int DataOffset = 0x200;
    private const int Multiboot2Offset = 0x100;
    private const int NoteOffset = 0x180;

    /// <summary>Bytes for the serial line.</summary>
    internal byte[] Output { get; init; } = [];

    /// <summary>Writes the command line, and LF, after <see cref="Output"/>.</summary>
    internal bool EchoCommandLine { get; init; }

    /// <summary>Bytes written last.</summary>
    internal byte[] LastOutput { get; init; } = [];

    /// <summary>The end.</summary>
    internal TinyEnding Ending { get; init; } = TinyEnding.PowerOff;

    /// <summary>Writes the ELF to a file and returns its path.</summary>
    internal string Write(string path)
    {
        File.WriteAllBytes(path, Build());
        return path;
    }

    /// <summary>The ELF.</summary>
    internal byte[] Build()
    {
        byte[] data = [.. Output, .. LastOutput];
        int codeOffset = DataOffset + data.Length;
        byte[] code = Code(LoadAddress + (uint)codeOffset);
        byte[] elf = [.. new byte[DataOffset], .. data, .. code];
        WriteHeaders(elf, LoadAddress + (uint)codeOffset);
        WriteMultiboot2(elf.AsSpan(Multiboot2Offset));
        WriteNote(elf.AsSpan(NoteOffset), LoadAddress + (uint)codeOffset);
        return elf;
    }

    private byte[] Code(uint address)
    {
        var a = new Iced.Intel.Assembler(32);
        Label write = a.CreateLabel("write");
        a.mov(esp, StackTop);
        a.mov(ebp, eax);
        a.mov(esi, LoadAddress + DataOffset);
        a.mov(ecx, Output.Length);
        a.call(write);
        if (EchoCommandLine)
            WriteCommandLine(a, write);
        a.mov(esi, LoadAddress + DataOffset + (uint)Output.Length);
        a.mov(ecx, LastOutput.Length);
        a.call(write);
        End(a);

        a.Label(ref write);
        a.nop();
        Label next = a.CreateLabel();
        Label done = a.CreateLabel();
        Label wait = a.CreateLabel();
        a.Label(ref next);
        a.jecxz(done);
        a.mov(dx, 0x3fd);
        a.Label(ref wait);
        a.@in(al, dx);
        a.test(al, 0x20);
        a.jz(wait);
        a.mov(dx, 0x3f8);
        a.lodsb();
        a.@out(dx, al);
        a.dec(ecx);
        a.jmp(next);
        a.Label(ref done);
        a.ret();

        using var stream = new MemoryStream();
        a.Assemble(new StreamCodeWriter(stream), address);
        return stream.ToArray();
    }

    private static void WriteCommandLine(Iced.Intel.Assembler a, Label write)
    {
        Label pvh = a.CreateLabel();
        Label found = a.CreateLabel();
        Label tag = a.CreateLabel();
        Label length = a.CreateLabel();
        Label counted = a.CreateLabel();
        Label ready = a.CreateLabel();
        a.cmp(ebp, 0x36d76289);
        a.jne(pvh);
        a.lea(esi, __[ebx + 8]);
        a.Label(ref tag);
        a.cmp(__dword_ptr[esi], 1);
        a.je(found);
        a.mov(eax, __dword_ptr[esi + 4]);
        a.add(eax, 7);
        a.and(eax, ~7);
        a.add(esi, eax);
        a.jmp(tag);
        a.Label(ref found);
        a.add(esi, 8);
        a.jmp(ready);
        a.Label(ref pvh);
        a.mov(esi, __dword_ptr[ebx + 24]);
        a.Label(ref ready);
        a.xor(ecx, ecx);
        a.Label(ref length);
        a.cmp(__byte_ptr[esi + ecx], 0);
        a.je(counted);
        a.inc(ecx);
        a.jmp(length);
        a.Label(ref counted);
        a.mov(__byte_ptr[esi + ecx], (byte)'\n');
        a.inc(ecx);
        a.call(write);
    }

    private void End(Iced.Intel.Assembler a)
    {
        Label halt = a.CreateLabel();
        Label drain = a.CreateLabel();
        a.mov(dx, 0x3fd);
        a.Label(ref drain);
        a.@in(al, dx);
        a.test(al, 0x40);                              // transmitter empty: the last byte is on the wire
        a.jz(drain);
        if (Ending == TinyEnding.PowerOff)
        {
            a.mov(al, 0x40);
            a.@out(0xf4, al);
            a.mov(dx, unchecked((short)0x8900));
            foreach (byte letter in "Shutdown"u8)
            {
                a.mov(al, letter);
                a.@out(dx, al);
            }
        }
        else if (Ending == TinyEnding.TripleFault)
        {
            a.mov(__dword_ptr[esp - 8], 0);
            a.mov(__dword_ptr[esp - 4], 0);
            a.lidt(__[esp - 8]);
            a.ud2();
        }

        a.cli();
        a.Label(ref halt);
        a.hlt();
        a.jmp(halt);
    }

    private static void WriteHeaders(Span<byte> elf, uint entry)
    {
        ReadOnlySpan<byte> identification = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identification.CopyTo(elf);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[16..], 2);                         // ET_EXEC
        BinaryPrimitives.WriteUInt16LittleEndian(elf[18..], 62);                        // EM_X86_64
        BinaryPrimitives.WriteUInt32LittleEndian(elf[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(elf[24..], entry);
        BinaryPrimitives.WriteUInt64LittleEndian(elf[32..], 64);                        // program headers
        BinaryPrimitives.WriteUInt16LittleEndian(elf[52..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[54..], 56);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[56..], 2);
        ProgramHeader(elf[64..], type: 1, flags: 7, offset: 0, (ulong)elf.Length);
        ProgramHeader(elf[120..], type: 4, flags: 4, NoteOffset, 20);
    }

    private static void ProgramHeader(Span<byte> header, uint type, uint flags, ulong offset, ulong size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], flags);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], LoadAddress + offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], LoadAddress + offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], size);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], size);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], type == 1 ? 0x1000UL : 4UL);
    }

    private static void WriteMultiboot2(Span<byte> header)
    {
        ReadOnlySpan<uint> words = [0xE85250D6, 0, 24, unchecked(0u - (0xE85250D6u + 24u)), 0, 8];
        for (int i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(header[(i * 4)..], words[i]);
    }

    private static void WriteNote(Span<byte> note, uint entry)
    {
        ReadOnlySpan<uint> words = [4, 4, 18, 0x006E6558, entry];    // XEN_ELFNOTE_PHYS32_ENTRY of "Xen"
        for (int i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(note[(i * 4)..], words[i]);
    }
}
