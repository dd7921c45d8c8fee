using AzaleaOS.Build.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>The command port of VMware's hypervisor.</summary>
internal static class VmwareBackdoor
{
    private const uint Magic = 0x564d_5868;
    private const uint Port = 0x5658;

    /// <remarks>
    /// In: edi command; rsi four words for eax, ebx, ecx, edx. Clobbers rax, rcx, rdx, r8.
    /// Only under VMware: elsewhere the port may do anything.
    /// Source: open-vm-tools, lib/include/backdoor_def.h.
    /// </remarks>
    [AssemblerMethod("azalea_vmware_backdoor")]
    internal static void Call(KernelAssembler a)
    {
        a.mov(r8, rbx);
        a.Cfi.InRegister(rbx, r8);
        a.mov(eax, Magic);
        a.xor(ebx, ebx);
        a.mov(ecx, edi);
        a.mov(edx, Port);
        a.@in(eax, dx);
        a.mov(__dword_ptr[rsi], eax);
        a.mov(__dword_ptr[rsi + 4], ebx);
        a.mov(__dword_ptr[rsi + 8], ecx);
        a.mov(__dword_ptr[rsi + 12], edx);
        a.mov(rbx, r8);
        a.Cfi.Unchanged(rbx);
        a.ret();
    }
}
