using AzaleaOS.Build.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>A call of code that is rarely run from code that often is.</summary>
internal static class ColdCall
{
    /// <summary><c>azalea_call_keeping_vectors(void (*function)(void*), void* argument)</c>: every xmm register is afterwards as before.</summary>
    /// <remarks>
    /// So what calls it need not save more of them than it uses itself: the code checker knows this method.
    /// In: rdi function; rsi its argument. Out: general registers as behind any call. Stack: 264 bytes.
    /// </remarks>
    [AssemblerMethod("azalea_call_keeping_vectors")]
    internal static void Call(KernelAssembler a)
    {
        a.mov(rax, rdi);
        a.mov(rdi, rsi);
        a.sub(rsp, XmmArea.Size + 8);
        XmmArea.Save(a, XmmArea.All);
        a.call(rax);
        XmmArea.Restore(a, XmmArea.All);
        a.add(rsp, XmmArea.Size + 8);
        a.ret();
    }
}
