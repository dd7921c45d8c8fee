using AzaleaOS.Build.Assembler;
using AzaleaOS.Cpu;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>How every core but the first comes from real mode to C#.</summary>
internal static class Trampoline
{
    private const int PageBytes = 4096;

    // Fixed places in the page, so that the 16-bit code can name them. PadTo checks that they fit.
    private const int SegmentTable = 0x60;
    private const int SegmentTablePointer = SegmentTable + BootMemory.SegmentTableBytes;
    private const int ProtectedModePointer = SegmentTablePointer + 8;
    private const int LongModePointer = ProtectedModePointer + 8;
    private const int ProtectedModeCode = 0xa0;
    private const int LongModeCode = 0x100;

    private static readonly int s_parameters = PageBytes - Offset.SizeOf<TrampolineParameters>();

    /// <summary>The code that is copied to a page below 1 MiB: <c>azalea_trampoline_begin</c> to <c>azalea_trampoline_end</c>.</summary>
    /// <remarks>
    /// In: real mode, cs:ip at the page's first byte (a SIPI's start), <see cref="TrampolineParameters"/> in the page's last bytes.
    /// Out: azalea_core_entry in 64-bit mode on the boot page tables; rbx the page's physical address.
    /// Stack: none. Many cores run it at once: the words it writes are the same for all.
    /// Source: SDM vol. 3A, 9.4 (SIPI), 10.9 (mode switching).
    /// </remarks>
    [AssemblerMethod("azalea_trampoline_begin", Bits = 16, Section = ".rodata")]
    internal static void Emit(KernelAssembler a)
    {
        RealMode(a);
        KernelAssembler b = a.Continue(32);
        ProtectedMode(b);
        KernelAssembler c = b.Continue(64);
        LongMode(c);
        c.Define("azalea_trampoline_end");
    }

    /// <summary>In the kernel's image: leaves the boot page tables, finds the core's record, goes on in C#.</summary>
    /// <remarks>
    /// In: 64-bit mode, boot page tables; rbx the trampoline's page. Stack: none until the record is found.
    /// Calls TrampolineParameters.EntryPoint(CoreBlock*), which does not return. A core that has no record halts for good.
    /// Source: SDM vol. 2A, CPUID: leaf 0Bh edx is the x2APIC id; leaf 1 ebx[31:24] the initial APIC id.
    /// </remarks>
    [AssemblerMethod("azalea_core_entry")]
    internal static void CoreEntry(KernelAssembler a)
    {
        const int TopologyLeaf = 0x0b;
        Label shortId = a.CreateLabel();
        Label haveId = a.CreateLabel();
        Label next = a.CreateLabel();
        Label found = a.CreateLabel();
        Label stop = a.CreateLabel();

        a.Cfi.NoCaller();
        a.mov(r12, __qword_ptr[rbx + At(nameof(TrampolineParameters.CoreTable))]);
        a.mov(r13d, __dword_ptr[rbx + At(nameof(TrampolineParameters.CoreCount))]);
        a.mov(r14, __qword_ptr[rbx + At(nameof(TrampolineParameters.EntryPoint))]);
        a.mov(rax, __qword_ptr[rbx + At(nameof(TrampolineParameters.Root))]);
        a.mov(cr3, rax);
        a.lgdt(__[a["azalea_boot_gdt_pointer"]]);

        a.xor(eax, eax);
        a.cpuid();
        a.cmp(eax, TopologyLeaf);
        a.jb(shortId);
        a.mov(eax, TopologyLeaf);
        a.xor(ecx, ecx);
        a.cpuid();
        a.test(ebx, ebx);
        a.jne(haveId);
        a.Label(ref shortId);
        a.mov(eax, 1);
        a.cpuid();
        a.mov(edx, ebx);
        a.shr(edx, 24);

        a.Label(ref haveId);
        a.test(r13d, r13d);
        a.je(stop);
        a.Label(ref next);
        a.cmp(__dword_ptr[r12 + Offset.Of<CoreBootRecord>(nameof(CoreBootRecord.ApicId))], edx);
        a.je(found);
        a.add(r12, Offset.SizeOf<CoreBootRecord>());
        a.dec(r13d);
        a.jne(next);
        a.Label(ref stop);
        a.cli();
        a.hlt();
        a.jmp(stop);

        a.Label(ref found);
        a.mov(rsp, __qword_ptr[r12 + Offset.Of<CoreBootRecord>(nameof(CoreBootRecord.StackTop))]);
        a.Cfi.NoCaller();
        a.xor(ebp, ebp);
        BootEntry.LoadSegments(a);
        BootEntry.ResetVectorState(a);
        a.mov(rdi, __qword_ptr[r12 + Offset.Of<CoreBootRecord>(nameof(CoreBootRecord.Block))]);
        a.call(r14);
        a.ud2();
    }

    private static void RealMode(KernelAssembler a)
    {
        a.cli();
        a.cld();
        a.xor(eax, eax);
        a.mov(ax, cs);
        a.mov(ds, ax);
        a.shl(eax, 4);
        a.mov(ebx, eax);

        // What only this page's place tells: three absolute addresses.
        a.lea(ecx, __[ebx + SegmentTable]);
        a.mov(__dword_ptr[SegmentTablePointer + 2], ecx);
        a.lea(ecx, __[ebx + ProtectedModeCode]);
        a.mov(__dword_ptr[ProtectedModePointer], ecx);
        a.lea(ecx, __[ebx + LongModeCode]);
        a.mov(__dword_ptr[LongModePointer], ecx);

        // Operand size 32, or only 24 bits of the base would be loaded (SDM vol. 2A, LGDT).
        a.AddInstruction(Instruction.Create(Code.Lgdt_m1632, __[SegmentTablePointer].ToMemoryOperand(16)));
        a.mov(eax, ControlBits.Protection);
        a.mov(cr0, eax);
        a.FarJump(__fword_ptr[ProtectedModePointer]);

        a.PadTo(SegmentTable);
        BootMemory.SegmentDescriptors(a);
        a.Word(BootMemory.SegmentTableBytes - 1);
        a.Doubleword(0);
        a.PadTo(ProtectedModePointer);
        a.Doubleword(0);
        a.Word(Selectors.Code32);
        a.PadTo(LongModePointer);
        a.Doubleword(0);
        a.Word(Selectors.Code);
        a.PadTo(ProtectedModeCode);
    }

    private static void ProtectedMode(KernelAssembler a)
    {
        a.mov(eax, Selectors.Data);
        a.mov(ds, eax);
        a.mov(es, eax);
        a.mov(ss, eax);
        a.mov(eax, ControlBits.Cr4);
        a.mov(cr4, eax);
        a.mov(eax, __dword_ptr[ebx + At(nameof(TrampolineParameters.BootRoot))]);
        a.mov(cr3, eax);
        BootEntry.SetFeatures(a);
        a.mov(eax, ControlBits.Cr0);
        a.mov(cr0, eax);
        a.FarJump(__fword_ptr[ebx + LongModePointer]);
        a.PadTo(LongModeCode);
    }

    private static void LongMode(KernelAssembler a)
    {
        a.mov(ebx, ebx); // the upper half is undefined behind the mode switch
        a.mov(rax, a["azalea_core_entry"]);
        a.jmp(rax);
    }

    private static int At(string field) => s_parameters + Offset.Of<TrampolineParameters>(field);
}
