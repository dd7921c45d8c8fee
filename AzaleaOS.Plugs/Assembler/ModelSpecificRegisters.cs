using AzaleaOS.Build.Assembler;
using AzaleaOS.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>Model-specific registers, FS base and GS-relative loads.</summary>
/// <remarks>Source: SDM vol. 2B, RDMSR; vol. 2D, WRMSR; vol. 4 for the registers.</remarks>
internal static class ModelSpecificRegisters
{
    private const uint FsBase = 0xc000_0100;

    /// <remarks>In: edi register. Out: rax value. Clobbers rcx, rdx.</remarks>
    [AssemblerMethod("azalea_rdmsr")]
    internal static void Read(KernelAssembler a)
    {
        a.mov(ecx, edi);
        ReadEcx(a);
    }

    /// <remarks>In: edi register; rsi value. Clobbers rax, rcx, rdx.</remarks>
    [AssemblerMethod("azalea_wrmsr")]
    internal static void Write(KernelAssembler a)
    {
        a.mov(ecx, edi);
        a.mov(rax, rsi);
        WriteEcx(a);
    }

    /// <remarks>Out: rax value. Clobbers rcx, rdx.</remarks>
    [AssemblerMethod("azalea_read_fs_base")]
    internal static void ReadFsBase(KernelAssembler a)
    {
        a.mov(ecx, FsBase);
        ReadEcx(a);
    }

    /// <remarks>In: rdi value. Clobbers rax, rcx, rdx.</remarks>
    [AssemblerMethod("azalea_write_fs_base")]
    internal static void WriteFsBase(KernelAssembler a)
    {
        a.mov(ecx, FsBase);
        a.mov(rax, rdi);
        WriteEcx(a);
    }

    /// <remarks>In: rdi offset. Out: rax the eight bytes there. Clobbers nothing else.</remarks>
    [AssemblerMethod("azalea_read_gs")]
    internal static void ReadGs(KernelAssembler a)
    {
        a.mov(rax, __qword_ptr.gs[rdi]);
        a.ret();
    }

    /// <remarks>Out: rax this core's block. Clobbers nothing else.</remarks>
    [AssemblerMethod("azalea_current_core")]
    internal static void CurrentCore(KernelAssembler a)
    {
        a.mov(rax, __qword_ptr.gs[Offset.Of<CoreBlock>(nameof(CoreBlock.Self))]);
        a.ret();
    }

    private static void ReadEcx(KernelAssembler a)
    {
        a.rdmsr();
        a.shl(rdx, 32);
        a.or(rax, rdx);
        a.ret();
    }

    private static void WriteEcx(KernelAssembler a)
    {
        a.mov(rdx, rax);
        a.shr(rdx, 32);
        a.wrmsr();
        a.ret();
    }
}
