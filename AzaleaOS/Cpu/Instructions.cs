using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Cpu;

/// <summary>Instructions that C# cannot say. Their bodies are assembler methods in AzaleaOS.Plugs.</summary>
internal static unsafe class Instructions
{
    /// <summary>Reads a model-specific register. #GP if there is no such register.</summary>
    /// <remarks>Source: SDM vol. 2B, RDMSR.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_rdmsr")]
    internal static extern ulong ReadMsr(uint register);

    /// <summary>Writes a model-specific register.</summary>
    /// <remarks>Source: SDM vol. 2D, WRMSR.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_wrmsr")]
    internal static extern void WriteMsr(uint register, ulong value);

    /// <summary>Reads CR0.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_read_cr0")]
    internal static extern ulong ReadCr0();

    /// <summary>Writes CR0.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_write_cr0")]
    internal static extern void WriteCr0(ulong value);

    /// <summary>The address of the last page fault.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_read_cr2")]
    internal static extern ulong ReadCr2();

    /// <summary>What the debug exceptions since the last write were about.</summary>
    /// <remarks>Source: SDM vol. 3B, 18.2.3. The processor sets bits and never clears them.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_read_dr6")]
    internal static extern ulong ReadDr6();

    /// <summary>Forgets what debug exceptions were about.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_write_dr6")]
    internal static extern void WriteDr6(ulong value);

    /// <summary>The physical address of the root page table, with its flags.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_read_cr3")]
    internal static extern ulong ReadCr3();

    /// <summary>Loads the root page table; drops all translations that are not global.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_write_cr3")]
    internal static extern void WriteCr3(ulong value);

    /// <summary>Reads CR4.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_read_cr4")]
    internal static extern ulong ReadCr4();

    /// <summary>Writes CR4.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_write_cr4")]
    internal static extern void WriteCr4(ulong value);

    /// <summary>Drops the translation of one page on this core.</summary>
    /// <remarks>Source: SDM vol. 2A, INVLPG.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_invlpg")]
    internal static extern void InvalidatePage(ulong address);

    /// <summary>Loads GDTR from a 10-byte descriptor and reloads CS, SS, DS, ES with the kernel's selectors (0x08 code, 0x10 data).</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_lgdt")]
    internal static extern void LoadGdt(void* descriptor);

    /// <summary>Loads IDTR from a 10-byte descriptor.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_lidt")]
    internal static extern void LoadIdt(void* descriptor);

    /// <summary>Loads the task register.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_ltr")]
    internal static extern void LoadTaskRegister(ushort selector);

    /// <summary>Runs CPUID; stores eax, ebx, ecx, edx to the four words.</summary>
    /// <remarks>Source: SDM vol. 2A, CPUID.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_cpuid")]
    internal static extern void CpuId(uint leaf, uint subleaf, uint* registers);

    /// <summary>The time-stamp counter, in TSC ticks. Not ordered against other instructions.</summary>
    /// <remarks>Source: SDM vol. 2B, RDTSC.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_rdtsc")]
    internal static extern ulong ReadTimestamp();

    /// <summary>XCR0: the enabled state components.</summary>
    /// <remarks>Source: SDM vol. 2D, XGETBV.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_xgetbv")]
    internal static extern ulong ReadXcr0();

    /// <summary>Sets XCR0.</summary>
    /// <remarks>Source: SDM vol. 2D, XSETBV.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_xsetbv")]
    internal static extern void WriteXcr0(ulong value);

    /// <summary>Stores all state components that XCR0 has to a 64-byte aligned area.</summary>
    /// <remarks>Source: SDM vol. 2D, XSAVE.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_xsave")]
    internal static extern void XSave(void* area);

    /// <summary>Loads all state components that XCR0 has.</summary>
    /// <remarks>Source: SDM vol. 2D, XRSTOR.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_xrstor")]
    internal static extern void XRestore(void* area);

    /// <summary>Stores x87 and SSE state to a 16-byte aligned area of 512 bytes.</summary>
    /// <remarks>Source: SDM vol. 2A, FXSAVE.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_fxsave")]
    internal static extern void FxSave(void* area);

    /// <summary>Loads x87 and SSE state.</summary>
    /// <remarks>Source: SDM vol. 2A, FXRSTOR.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_fxrstor")]
    internal static extern void FxRestore(void* area);

    /// <summary>Fills whole pages with zeros. Only where <see cref="VectorState.HasAvx"/> says so.</summary>
    /// <param name="start">The first byte.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="tellsUse">1 or 0: <see cref="VectorState.TellsUse"/>.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_clear_pages")]
    internal static extern void ClearPages(void* start, void* end, int tellsUse);

    /// <summary>Copies whole blocks of 512 bytes. Only where <see cref="VectorState.HasAvx"/> says so.</summary>
    /// <param name="to">Where the first byte goes.</param>
    /// <param name="end">Behind the last there.</param>
    /// <param name="from">The first byte.</param>
    /// <param name="tellsUse">1 or 0: <see cref="VectorState.TellsUse"/>.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_copy_blocks")]
    internal static extern void CopyBlocks(void* to, void* end, void* from, int tellsUse);

    /// <summary>Sets IF.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_sti")]
    internal static extern void EnableInterrupts();

    /// <summary>Clears IF.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_cli")]
    internal static extern void DisableInterrupts();

    /// <summary>RFLAGS.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_read_flags")]
    internal static extern ulong ReadFlags();

    /// <summary>Waits for the next interrupt.</summary>
    /// <remarks>Source: SDM vol. 2A, HLT.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_hlt")]
    internal static extern void Halt();

    /// <summary>Sets IF and halts with no window between the two.</summary>
    /// <remarks>Source: SDM vol. 2B, STI.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_sti_hlt")]
    internal static extern void EnableInterruptsAndHalt();

    /// <summary>Tells the core that this is a spin loop.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_pause")]
    internal static extern void Pause();

    /// <summary>Orders all loads and stores before it against all after it.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_mfence")]
    internal static extern void MemoryFence();

    /// <summary>Reads eight bytes at an offset from GS.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_read_gs")]
    internal static extern ulong ReadGs(ulong offset);

    /// <summary>The block of this core, to which GS points.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_current_core")]
    internal static extern CoreBlock* CurrentCore();

    /// <summary>IA32_FS_BASE: the application's thread pointer.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_read_fs_base")]
    internal static extern ulong ReadFsBase();

    /// <summary>Sets IA32_FS_BASE.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_write_fs_base")]
    internal static extern void WriteFsBase(ulong value);

    /// <summary>Reads port 0x5658 with VMware's magic; stores eax, ebx, ecx, edx. Only after CPUID said VMware.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_vmware_backdoor")]
    internal static extern void VmwareBackdoor(uint command, uint* registers);

    /// <summary>
    /// Arms the monitor on the word's cache line; if the word still holds the expected value, sets IF and
    /// waits for a store to the line or an interrupt, with no window between the two. Call with IF clear;
    /// IF is set on return only if it waited. Only if CPUID 1 ecx bit 3 is set.
    /// </summary>
    /// <remarks>Source: SDM vol. 2B, MONITOR, MWAIT (hint 0: C1).</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_monitor_wait")]
    internal static extern void MonitorWait(int* word, int expected);

    /// <summary>Eight random bytes. Only after CPUID said RDRAND.</summary>
    /// <returns>1, or 0 when the generator had none; then try again.</returns>
    /// <remarks>Source: SDM vol. 2B, RDRAND.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_rdrand")]
    internal static extern int ReadRandom(ulong* value);

    /// <summary>Eight bytes of entropy. Only after CPUID said RDSEED.</summary>
    /// <returns>1, or 0 when the generator had none; then try again.</returns>
    /// <remarks>Source: SDM vol. 2B, RDSEED.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_rdseed")]
    internal static extern int ReadSeed(ulong* value);

    /// <summary>Goes on in the application as a frame at the top of the running thread's kernel stack says. Never returns.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_enter_application")]
    internal static extern void EnterApplication(TrapFrame* frame);
}
