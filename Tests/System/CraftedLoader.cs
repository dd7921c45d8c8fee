using System.Buffers.Binary;
using System.Security.Cryptography;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Launching;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Machines;

/// <summary>
/// A boot loader of a few instructions that says to the kernel whatever a test wants: QEMU starts it by
/// PVH, the kernel already lies in memory, and the loader enters it with made-up boot information.
/// </summary>
internal static class CraftedLoader
{
    /// <summary>Physical address of the boot information.</summary>
    internal const uint Information = LoadAddress + InformationOffset;

    /// <summary>Where the linker put the kernel: virtual minus physical address.</summary>
    private const ulong KernelBase = 0xffff_ffff_8000_0000;

    private const uint LoadAddress = 0x0200_0000;
    private const int NoteOffset = 0x100;
    private const int CodeOffset = 0x200;
    private const uint InformationOffset = 0x1000;
    private const uint PageTables = LoadAddress + 0x10_0000;

    /// <summary>A machine whose loader enters the kernel as GRUB does.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="information">What ebx points to, made for <see cref="Information"/>.</param>
    internal static MachineDescription BootedByMultiboot2(this MachineDescription machine, byte[] information)
        => Booted(machine, information, EnterByMultiboot2(Symbol("azalea_entry_multiboot2")));

    /// <summary>A machine whose loader enters the kernel as the Sideloader does.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="block">The hand-off block, made for <see cref="Information"/>.</param>
    internal static MachineDescription BootedByHandOff(this MachineDescription machine, byte[] block)
        => Booted(machine, block, EnterByHandOff(Symbol("azalea_entry_handoff")));

    private static MachineDescription Booted(MachineDescription machine, byte[] information, byte[] code)
    {
        byte[] elf = MakeElf(code, information);
        string folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "crafted")).FullName;
        string loader = Path.Combine(folder, Convert.ToHexString(SHA256.HashData(elf)) + ".elf");
        File.WriteAllBytes(loader, elf);
        return machine with
        {
            Kernel = loader,
            ExtraArguments = [.. machine.ExtraArguments, "-device", $"loader,file={Promise.KernelWithSymbols}"],
        };
    }

    private static uint Symbol(string name)
        => (uint)(ElfFile.Open(Promise.KernelWithSymbols).Symbols.Single(symbol => symbol.Name == name).Value - KernelBase);

    private static byte[] EnterByMultiboot2(uint entry)
    {
        Assembler a = new(32);
        a.mov(eax, 0x36d7_6289);
        a.mov(ebx, Information);
        a.mov(ecx, entry);
        a.jmp(ecx);
        return Assemble(a);
    }

    /// <summary>64-bit mode with the first 4 GiB at their own addresses, then a jump.</summary>
    private static byte[] EnterByHandOff(uint entry)
    {
        const uint TableEntry = 0b11;
        const uint LargePageEntry = 0b1000_0011;
        const uint Directories = PageTables + 0x2000;
        const int LargePages = 4 * 512;

        Assembler a = new(32);
        Label nextPage = a.CreateLabel();
        a.mov(__dword_ptr[PageTables], PageTables + 0x1000 + TableEntry);
        for (uint i = 0; i < 4; i++)
            a.mov(__dword_ptr[PageTables + 0x1000 + (8 * i)], Directories + (0x1000 * i) + TableEntry);
        a.mov(eax, LargePageEntry);
        a.mov(edi, Directories);
        a.mov(ecx, LargePages);
        a.Label(ref nextPage);
        a.mov(__dword_ptr[edi], eax);
        a.add(edi, 8);
        a.add(eax, 2 << 20);
        a.dec(ecx);
        a.jne(nextPage);

        a.mov(eax, PageTables);
        a.mov(cr3, eax);
        a.mov(eax, cr4);
        a.or(eax, 1 << 5); // PAE
        a.mov(cr4, eax);
        a.mov(ecx, 0xc000_0080);
        a.rdmsr();
        a.or(eax, 1 << 8); // EFER.LME
        a.wrmsr();
        a.mov(eax, cr0);
        a.or(eax, unchecked((int)0x8000_0001)); // paging, protection
        a.mov(cr0, eax);

        // A far jump to 64-bit code needs a table with such a segment: null, code.
        byte[] before = Assemble(a);
        const int LgdtAndJump = 7 + 7;
        uint table = LoadAddress + CodeOffset + (uint)before.Length + LgdtAndJump;
        List<byte> code = [.. before];
        code.AddRange([0x0f, 0x01, 0x15, .. Bytes(table + 16)]);
        code.AddRange([0xea, .. Bytes(table + 22), 0x08, 0x00]);
        code.AddRange([.. new byte[8], .. Bytes(0x0000_ffff), .. Bytes(0x00af_9b00)]);
        code.AddRange([0x0f, 0x00, .. Bytes(table)]);

        Assembler b = new(64);
        b.mov(edi, Information);
        b.mov(eax, entry);
        b.jmp(rax);
        return [.. code, .. Assemble(b)];
    }

    private static byte[] Assemble(Assembler a)
    {
        using MemoryStream bytes = new();
        a.Assemble(new StreamCodeWriter(bytes), LoadAddress + CodeOffset);
        return bytes.ToArray();
    }

    private static byte[] MakeElf(byte[] code, byte[] information)
    {
        byte[] file = new byte[InformationOffset + information.Length];
        Span<byte> elf = file;
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(elf);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[16..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[18..], 62);
        BinaryPrimitives.WriteUInt32LittleEndian(elf[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(elf[24..], LoadAddress + CodeOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(elf[32..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[52..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[54..], 56);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[56..], 2);
        WriteProgramHeader(elf[64..], type: 1, flags: 7, offset: 0, length: (uint)file.Length);
        WriteProgramHeader(elf[120..], type: 4, flags: 4, offset: NoteOffset, length: 20);

        // The PVH entry note: "Xen", type 18, a 32-bit physical address.
        BinaryPrimitives.WriteUInt32LittleEndian(elf[NoteOffset..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(elf[(NoteOffset + 4)..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(elf[(NoteOffset + 8)..], 18);
        "Xen\0"u8.CopyTo(elf[(NoteOffset + 12)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(elf[(NoteOffset + 16)..], LoadAddress + CodeOffset);
        code.CopyTo(elf[CodeOffset..]);
        information.CopyTo(elf[(int)InformationOffset..]);
        return file;
    }

    private static void WriteProgramHeader(Span<byte> header, uint type, uint flags, uint offset, uint length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], flags);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], LoadAddress + offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], LoadAddress + offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], 4);
    }

    private static byte[] Bytes(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
