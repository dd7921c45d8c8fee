using AzaleaOS.Build.Assembler;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>From the loader's last instruction to the first one in C#.</summary>
/// <remarks>
/// Three ways in, one way on: page tables that show the first 4 GiB at their own addresses and the first
/// GiB at 0xffff_ffff_8000_0000, a 64-bit code segment, the boot stack, and then
/// <c>azalea_kernel_start(uint protocol, ulong informationPhysical)</c>, which never returns.
/// </remarks>
internal static class BootEntry
{
    // SDM vol. 3A, table 4-15 to 4-17: present, writable; 2 MiB or 1 GiB page.
    private const uint TableEntry = 0b11;
    private const uint LargePageEntry = 0b1000_0011;

    // Where the kernel's half begins: 0xffff_ffff_8000_0000 is the last entry of the root and the last
    // but one of its table.
    private const int HighRootIndex = 511;
    private const int HighTableIndex = 510;
    private const int EntrySize = 8;

    private const uint ExtendedFeatureLeaf = 0x8000_0001;
    private const uint LongModeAndNoExecute = (1 << 29) | (1 << 20);
    private const uint HugePages = 1 << 26;

    private const uint Multiboot2Magic = 0x36d7_6289;

    /// <summary>How the kernel was entered; the first argument of azalea_kernel_start.</summary>
    private enum Protocol : uint
    {
        /// <summary>A 32-bit entry with a magic number that nobody knows.</summary>
        Unknown = 0,

        Multiboot2 = 1,
        Pvh = 2,
        HandOff = 3,
    }

    /// <summary>Entry of multiboot2 loaders, the ELF file's e_entry.</summary>
    /// <remarks>
    /// In: 32-bit protected mode, flat segments, no paging, interrupts off; eax 0x36d76289; ebx physical address of the information.
    /// Stack: none. Source: Multiboot2 specification 2.0, 3.3.
    /// </remarks>
    [AssemblerMethod("azalea_entry_multiboot2", Bits = 32)]
    internal static void Multiboot2(KernelAssembler a)
    {
        Label known = a.CreateLabel();
        a.cli();
        a.mov(edi, (uint)Protocol.Multiboot2);
        a.cmp(eax, Multiboot2Magic);
        a.je(known);
        a.mov(edi, (uint)Protocol.Unknown);
        a.Label(ref known);
        a.jmp(a["azalea_enter_long_mode"]);
    }

    /// <summary>Entry of PVH loaders, named by <see cref="PvhNote"/>.</summary>
    /// <remarks>
    /// In: 32-bit protected mode, flat segments, no paging; ebx physical address of hvm_start_info.
    /// Stack: none. Source: Xen, docs/misc/pvh.pandoc.
    /// </remarks>
    [AssemblerMethod("azalea_entry_pvh", Bits = 32)]
    internal static void Pvh(KernelAssembler a)
    {
        a.cli();
        a.mov(edi, (uint)Protocol.Pvh);
        a.jmp(a["azalea_enter_long_mode"]);
    }

    /// <summary>Entry of the Sideloader, on a core that it took from Linux.</summary>
    /// <remarks>
    /// In: 64-bit mode with four-level paging; this code and the kernel's image at their physical addresses, the image at
    /// the address it is linked for; rdi physical address of the hand-off block, below 4 GiB.
    /// Stack: none.
    /// </remarks>
    [AssemblerMethod("azalea_entry_handoff")]
    internal static void HandOff(KernelAssembler a)
    {
        a.Cfi.NoCaller();
        a.cli();
        a.mov(ebx, edi);
        StoreTimestamp(a);
        a.mov(edi, (uint)Protocol.HandOff);
        BuildPageTables(a, mayBeHuge: false);
        SetFeatures(a);
        a.mov(ecx, ControlBits.Cr4);
        a.mov(cr4, rcx);
        a.mov(eax, a["azalea_boot_page_tables"].Physical);
        a.mov(cr3, rax);
        a.mov(ecx, ControlBits.Cr0);
        a.mov(cr0, rcx);
        a.mov(rax, a["azalea_enter_kernel"]);
        a.jmp(rax);
    }

    /// <summary>The 32-bit entries' common way.</summary>
    /// <remarks>In: edi protocol; ebx information. Stack: none.</remarks>
    [AssemblerMethod("azalea_enter_long_mode", Bits = 32)]
    internal static void EnterLongMode(KernelAssembler a)
    {
        Label tooOld = a.CreateLabel();
        Label next = a.CreateLabel();
        Label stop = a.CreateLabel();

        a.cld();
        StoreTimestamp(a);

        // Below this point a missing feature would be a triple fault, so look first.
        a.mov(ebp, ebx);
        a.mov(eax, 0x8000_0000);
        a.cpuid();
        a.cmp(eax, ExtendedFeatureLeaf);
        a.jb(tooOld);
        a.mov(eax, ExtendedFeatureLeaf);
        a.cpuid();
        a.mov(esi, edx);
        a.and(edx, LongModeAndNoExecute);
        a.cmp(edx, LongModeAndNoExecute);
        a.jne(tooOld);
        a.mov(ebx, ebp);

        BuildPageTables(a, mayBeHuge: true);
        a.mov(eax, ControlBits.Cr4);
        a.mov(cr4, eax);
        a.mov(eax, a["azalea_boot_page_tables"].Physical);
        a.mov(cr3, eax);
        SetFeatures(a);
        a.mov(eax, ControlBits.Cr0);
        a.mov(cr0, eax);
        a.lgdt(__[a["azalea_boot_gdt_pointer32"].Physical]);
        a.jmp(Selectors.Code, a[".long"].Physical);

        // No C# yet to say it with: COM1, in the form of a panic, and QEMU's exit port.
        a.Label(ref tooOld);
        a.mov(esi, a["azalea_processor_too_old"].Physical);
        a.mov(edx, 0x3f8);
        a.Label(ref next);
        a.lodsb();
        a.test(al, al);
        a.je(stop);
        a.@out(dx, al);
        a.jmp(next);
        a.Label(ref stop);
        a.mov(eax, 0x40 + (ExitStatusTooOld & 0x3f));
        a.mov(edx, 0xf4);
        a.@out(dx, eax);
        a.Define(".halted");
        a.hlt();
        a.jmp(a[".halted"]);

        KernelAssembler b = a.Continue(64);
        b.Define(".long");
        b.Cfi.NoCaller();
        b.mov(rax, b["azalea_enter_kernel"]);
        b.jmp(rax);
    }

    /// <summary>The first code at the kernel's own addresses.</summary>
    /// <remarks>In: edi protocol; ebx information. Stack: none yet.</remarks>
    [AssemblerMethod("azalea_enter_kernel")]
    internal static void EnterKernel(KernelAssembler a)
    {
        a.Cfi.NoCaller();
        a.lea(rsp, __[a["azalea_boot_stack"] + BootMemory.StackBytes]);
        a.Cfi.Cfa(rsp, 0);
        a.xor(ebp, ebp);
        a.lgdt(__[a["azalea_boot_gdt_pointer"]]);
        LoadSegments(a);
        ResetVectorState(a);
        a.mov(esi, ebx);
        a.call(a["azalea_kernel_start"]);
        a.ud2();
    }

    /// <summary>What <see cref="EnterLongMode"/> says to a processor without 64-bit mode or no-execute pages.</summary>
    [AssemblerMethod("azalea_processor_too_old", Alignment = 4, Section = ".rodata")]
    internal static void ProcessorTooOld(KernelAssembler a)
        => a.Bytes("\u001epanic: this processor has no 64-bit mode, or no no-execute pages\n\u001eazalea: exit 134\n\0"u8);

    /// <summary>Loads the selectors that the boot and trampoline tables share, and a CS from the new table. Clobbers rax; needs a stack.</summary>
    internal static void LoadSegments(KernelAssembler a)
    {
        a.mov(eax, Selectors.Data);
        a.mov(ss, eax);
        a.mov(ds, eax);
        a.mov(es, eax);
        a.xor(eax, eax);
        a.mov(fs, eax);
        a.mov(gs, eax);
        a.lea(rax, __[a[".reloaded"]]);
        a.push(Selectors.Code);
        a.push(rax);
        a.FarReturn();
        a.Cfi.NoCaller();
        a.Define(".reloaded");
    }

    /// <summary>x87 and SSE control words as the System V ABI wants them at a program's start. Needs a stack.</summary>
    /// <remarks>Source: System V ABI for AMD64, figure 3.10.</remarks>
    internal static void ResetVectorState(KernelAssembler a)
    {
        const int InitialMxcsr = 0x1f80;
        a.fninit();
        a.push(InitialMxcsr);
        a.ldmxcsr(__dword_ptr[rsp]);
        a.add(rsp, 8);
    }

    private const uint ExitStatusTooOld = 134;

    /// <summary>Keeps when the kernel was entered, unless the code that unpacked it did so already.</summary>
    /// <remarks>In 32-bit code and in 64-bit code at physical addresses. Clobbers eax, ecx, edx.</remarks>
    private static void StoreTimestamp(KernelAssembler a)
    {
        Label kept = a.CreateLabel();
        a.mov(ecx, a["azalea_entry_tsc"].Physical);
        a.cmp(__dword_ptr[ecx], 0);
        a.jne(kept);
        a.rdtsc();
        a.mov(__dword_ptr[ecx], eax);
        a.mov(__dword_ptr[ecx + 4], edx);
        a.Label(ref kept);
    }

    /// <summary>Fills azalea_boot_page_tables. The same instructions in 32-bit and 64-bit mode. Clobbers eax, ecx, edx.</summary>
    /// <param name="a">Where to.</param>
    /// <param name="mayBeHuge">
    /// Whether edi is the protocol and esi what CPUID 80000001h says in edx. A virtual machine's pages are as large as can
    /// be, for its hypervisor's tables say how memory is cached. A processor's own memory types differ within a GiB.
    /// </param>
    private static void BuildPageTables(KernelAssembler a, bool mayBeHuge)
    {
        const int LowTable = BootMemory.PageBytes;
        const int HighTable = 2 * BootMemory.PageBytes;
        const int Directories = 3 * BootMemory.PageBytes;
        const int LargePages = 4 * BootMemory.PageBytes / EntrySize;
        const int LargePageBytes = 2 * 1024 * 1024;
        const int HugePageBytes = 1024 * 1024 * 1024;
        const int EntriesPerTurn = 4;
        Label nextPage = a.CreateLabel();
        Label directories = a.CreateLabel();
        Label done = a.CreateLabel();

        a.mov(edx, a["azalea_boot_page_tables"].Physical);
        a.lea(eax, __[edx + (LowTable + (int)TableEntry)]);
        a.mov(__dword_ptr[edx], eax);
        a.add(eax, HighTable - LowTable);
        a.mov(__dword_ptr[edx + (HighRootIndex * EntrySize)], eax);
        a.add(eax, Directories - HighTable);
        a.mov(ecx, BootMemory.PageBytes);
        if (mayBeHuge)
        {
            a.cmp(edi, (uint)Protocol.Pvh);
            a.jne(directories);
            a.test(esi, HugePages);
            a.je(directories);
            a.mov(eax, LargePageEntry);
            a.mov(ecx, HugePageBytes);
            a.Label(ref directories);
        }

        a.mov(__dword_ptr[edx + (HighTable + (HighTableIndex * EntrySize))], eax);
        for (int gibibyte = 0; gibibyte < 4; gibibyte++)
        {
            a.mov(__dword_ptr[edx + (LowTable + (gibibyte * EntrySize))], eax);
            a.add(eax, ecx);
        }

        if (mayBeHuge)
        {
            // The bit of large pages is the byte's sign.
            a.test(al, al);
            a.js(done);
        }

        // Addresses below 4 GiB: the upper half of each entry is zero already.
        a.mov(eax, LargePageEntry);
        a.lea(ecx, __[edx + Directories]);
        a.lea(edx, __[ecx + (LargePages * EntrySize)]);
        a.Label(ref nextPage);
        for (int i = 0; i < EntriesPerTurn; i++)
        {
            a.mov(__dword_ptr[ecx + (i * EntrySize)], eax);
            a.add(eax, LargePageBytes);
        }

        a.add(ecx, EntriesPerTurn * EntrySize);
        a.cmp(ecx, edx);
        a.jne(nextPage);
        if (mayBeHuge)
        {
            a.Label(ref done);
        }
    }

    /// <summary>Long mode and no-execute pages. Clobbers eax, ecx, edx.</summary>
    internal static void SetFeatures(KernelAssembler a)
    {
        a.mov(ecx, ControlBits.EferRegister);
        a.rdmsr();
        a.or(eax, ControlBits.EferEnable);
        a.wrmsr();
    }
}
