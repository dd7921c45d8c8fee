using AzaleaOS.Build.Assembler;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>CPUID, time stamp, flags, waiting and fences.</summary>
internal static class Processor
{
    /// <remarks>
    /// In: edi leaf; esi subleaf; rdx four words for eax, ebx, ecx, edx. Clobbers rax, rcx, rdx, r8, r9.
    /// Source: SDM vol. 2A, CPUID.
    /// </remarks>
    [AssemblerMethod("azalea_cpuid")]
    internal static void CpuId(KernelAssembler a)
    {
        a.mov(r8, rdx);
        a.mov(r9, rbx);
        a.Cfi.InRegister(rbx, r9);
        a.mov(eax, edi);
        a.mov(ecx, esi);
        a.cpuid();
        a.mov(__dword_ptr[r8], eax);
        a.mov(__dword_ptr[r8 + 4], ebx);
        a.mov(__dword_ptr[r8 + 8], ecx);
        a.mov(__dword_ptr[r8 + 12], edx);
        a.mov(rbx, r9);
        a.Cfi.Unchanged(rbx);
        a.ret();
    }

    /// <remarks>Out: rax ticks. Clobbers rdx. Source: SDM vol. 2B, RDTSC.</remarks>
    [AssemblerMethod("azalea_rdtsc")]
    internal static void ReadTimestamp(KernelAssembler a)
    {
        a.rdtsc();
        a.shl(rdx, 32);
        a.or(rax, rdx);
        a.ret();
    }

    [AssemblerMethod("azalea_sti")]
    internal static void EnableInterrupts(KernelAssembler a)
    {
        a.sti();
        a.ret();
    }

    [AssemblerMethod("azalea_cli")]
    internal static void DisableInterrupts(KernelAssembler a)
    {
        a.cli();
        a.ret();
    }

    /// <remarks>Out: rax flags.</remarks>
    [AssemblerMethod("azalea_read_flags")]
    internal static void ReadFlags(KernelAssembler a)
    {
        a.pushfq();
        a.pop(rax);
        a.ret();
    }

    [AssemblerMethod("azalea_hlt")]
    internal static void Halt(KernelAssembler a)
    {
        a.hlt();
        a.ret();
    }

    /// <remarks>An interrupt that is pending ends the HLT: STI takes effect only behind the next instruction. Source: SDM vol. 2B, STI.</remarks>
    [AssemblerMethod("azalea_sti_hlt")]
    internal static void EnableInterruptsAndHalt(KernelAssembler a)
    {
        a.sti();
        a.hlt();
        a.ret();
    }

    [AssemblerMethod("azalea_pause")]
    internal static void Pause(KernelAssembler a)
    {
        a.pause();
        a.ret();
    }

    [AssemblerMethod("azalea_mfence")]
    internal static void MemoryFence(KernelAssembler a)
    {
        a.mfence();
        a.ret();
    }

    /// <remarks>
    /// In: rdi word; esi expected value; IF clear. Out: IF set if it waited. Clobbers rax, rcx, rdx.
    /// A store between MONITOR and MWAIT ends the MWAIT at once, and so does an interrupt: STI takes effect
    /// only behind the next instruction. Source: SDM vol. 2B, MONITOR, MWAIT (hint 0: C1).
    /// </remarks>
    [AssemblerMethod("azalea_monitor_wait")]
    internal static void MonitorWait(KernelAssembler a)
    {
        Label changed = a.CreateLabel();
        a.mov(rax, rdi);
        a.xor(ecx, ecx);
        a.xor(edx, edx);
        a.monitor();
        a.cmp(__dword_ptr[rdi], esi);
        a.jne(changed);
        a.xor(eax, eax);
        a.sti();
        a.mwait();
        a.Label(ref changed);
        a.ret();
    }

    /// <remarks>In: rdi where the eight bytes go. Out: eax 1, or 0 when the generator had none. Clobbers rcx. Source: SDM vol. 2B, RDRAND.</remarks>
    [AssemblerMethod("azalea_rdrand")]
    internal static void ReadRandom(KernelAssembler a)
    {
        a.xor(eax, eax);
        a.rdrand(rcx);
        a.mov(__qword_ptr[rdi], rcx);
        a.setc(al);
        a.ret();
    }

    /// <remarks>In: rdi where the eight bytes go. Out: eax 1, or 0 when the generator had none. Clobbers rcx. Source: SDM vol. 2B, RDSEED.</remarks>
    [AssemblerMethod("azalea_rdseed")]
    internal static void ReadSeed(KernelAssembler a)
    {
        a.xor(eax, eax);
        a.rdseed(rcx);
        a.mov(__qword_ptr[rdi], rcx);
        a.setc(al);
        a.ret();
    }
}
