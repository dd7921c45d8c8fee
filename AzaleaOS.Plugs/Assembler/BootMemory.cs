using AzaleaOS.Build.Assembler;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>Memory that the entry code needs before there is an allocator.</summary>
internal static class BootMemory
{
    /// <summary>Page tables: PML4, a PDPT for each half, four page directories.</summary>
    internal const int PageTableBytes = 7 * PageBytes;

    /// <summary>The boot core's first stack, in bytes.</summary>
    internal const int StackBytes = 16 * 1024;

    /// <summary>A page, and a page table, in bytes.</summary>
    internal const int PageBytes = 4096;

    /// <summary>Filled by <see cref="BootEntry"/>; the first page is the root.</summary>
    [AssemblerMethod("azalea_boot_page_tables", Alignment = PageBytes, Section = ".bss")]
    internal static void PageTables(KernelAssembler a) => a.Reserve(PageTableBytes);

    /// <summary>The stack's lowest byte; its top is <see cref="StackBytes"/> above.</summary>
    [AssemblerMethod("azalea_boot_stack", Section = ".bss")]
    internal static void Stack(KernelAssembler a) => a.Reserve(StackBytes);

    /// <summary>Where a report of a fault unpacks the symbol table.</summary>
    [AssemblerMethod(KernelSymbols.RoomSymbol, Section = ".bss")]
    internal static void SymbolsRoom(KernelAssembler a) => a.Reserve(KernelSymbols.RoomBytes);

    /// <summary>The time-stamp counter at the kernel's first instructions, in TSC ticks.</summary>
    [AssemblerMethod("azalea_entry_tsc", Section = ".data")]
    internal static void EntryTsc(KernelAssembler a) => a.Quadword(0);

    /// <summary>Physical address and length, four bytes each, of the program that is linked into the image; the code that unpacks the kernel says so.</summary>
    [AssemblerMethod("azalea_linked_program", Alignment = 8, Section = ".data")]
    internal static void LinkedProgram(KernelAssembler a) => a.Quadword(0);

    /// <summary>The segments used until C# loads its own table.</summary>
    /// <remarks>Source: SDM vol. 3A, 3.4.5; 5.8.1 for 64-bit code.</remarks>
    [AssemblerMethod("azalea_boot_gdt", Section = ".rodata")]
    internal static void Gdt(KernelAssembler a)
    {
        SegmentDescriptors(a);
        a.Define("azalea_boot_gdt_pointer");
        a.Word(SegmentTableBytes - 1);
        a.Pointer(a["azalea_boot_gdt"]);

        // LGDT in 32-bit code reads a base of four bytes.
        a.Define("azalea_boot_gdt_pointer32");
        a.Word(SegmentTableBytes - 1);
        a.Pointer32(a["azalea_boot_gdt"].Physical);
    }

    /// <summary>Bytes of the table that <see cref="SegmentDescriptors"/> writes.</summary>
    internal const int SegmentTableBytes = 4 * 8;

    /// <summary>Null, and the segments of <see cref="Selectors"/>: present, ring 0, accessed, 4 GiB where that counts.</summary>
    internal static void SegmentDescriptors(KernelAssembler a)
    {
        a.Quadword(0);
        a.Quadword(0x00af_9b00_0000_ffff); // 64-bit code
        a.Quadword(0x00cf_9300_0000_ffff); // data
        a.Quadword(0x00cf_9b00_0000_ffff); // 32-bit code
    }
}
