using AzaleaOS.Build.Assembler;
using AzaleaOS.Plugs;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace GetPid.Plugs;

/// <summary>The measured loops. Each runs its body rdi times; all share the two instructions of the loop itself.</summary>
internal static class Loops
{
    private const int GetPidNumber = 39;

    /// <summary>Nothing: what the loop itself costs.</summary>
    [AssemblerMethod("getpid_loop_empty")]
    internal static void Empty(KernelAssembler a) => Loop(a, () => { });

    /// <summary>The symbol of the method: the paper's CALL, linked directly.</summary>
    [AssemblerMethod("getpid_loop_direct")]
    internal static void Direct(KernelAssembler a) => Loop(a, () => a.call(a["azalea_sys_39"]));

    /// <summary>The exported entry: number in rax, bounds check, table.</summary>
    [AssemblerMethod("getpid_loop_table")]
    internal static void Table(KernelAssembler a) => Loop(a, () =>
    {
        a.mov(eax, GetPidNumber);
        a.call(a["azalea_call_entry"]);
    });

    /// <summary>The instruction that an unmodified Linux program has.</summary>
    [AssemblerMethod("getpid_loop_syscall")]
    internal static void SystemCall(KernelAssembler a) => Loop(a, () =>
    {
        a.mov(eax, GetPidNumber);
        a.syscall();
    });

    private static void Loop(KernelAssembler a, Action body)
    {
        Label again = a.CreateLabel();
        a.push(rbx);
        a.mov(rbx, rdi);
        a.Label(ref again);
        body();
        a.dec(rbx);
        a.jne(again);
        a.pop(rbx);
        a.ret();
    }
}
