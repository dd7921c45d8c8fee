using AzaleaOS.Build.Assembler;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>The only kernel code that touches the application's memory: where it faults, it goes on at its own error return.</summary>
/// <remarks>
/// General registers only, since leaf system calls come here. DF is clear (System V ABI for AMD64, 3.2.1).
/// <c>azalea_user_fixups</c> says where each part goes on; the page-fault handler looks there.
/// </remarks>
internal static class UserCopy
{
    /// <remarks>
    /// In: rdi destination; rsi source; rdx count; one of them in the application's half. They do not overlap.
    /// Out: rax bytes that were not copied, those at the end. Clobbers rcx, rdx, rsi, rdi.
    /// A fault in one of the wide accesses is found again byte by byte, so that the count is exact.
    /// </remarks>
    [AssemblerMethod("azalea_user_copy")]
    internal static void Copy(KernelAssembler a)
    {
        Label upTo16 = a.CreateLabel();
        Label below8 = a.CreateLabel();
        Label done = a.CreateLabel();
        Label bytes = a.CreateLabel();
        Label nextByte = a.CreateLabel();

        a.cmp(rdx, 16);
        a.jbe(upTo16);
        a.mov(rcx, rdx);
        a.shr(rcx, 3);
        a.and(edx, 7);
        a.Define("azalea_user_copy_words");
        a.rep.movsq();
        a.test(edx, edx);
        a.je(done);

        // The last eight bytes once more: some of them were copied already.
        a.Define("azalea_user_copy_wide");
        a.mov(rax, __qword_ptr[rsi + rdx - 8]);
        a.mov(__qword_ptr[rdi + rdx - 8], rax);
        a.xor(eax, eax);
        a.ret();

        a.Label(ref upTo16);
        a.cmp(edx, 8);
        a.jb(below8);
        a.mov(rax, __qword_ptr[rsi]);
        a.mov(rcx, __qword_ptr[rsi + rdx - 8]);
        a.mov(__qword_ptr[rdi], rax);
        a.mov(__qword_ptr[rdi + rdx - 8], rcx);
        a.xor(eax, eax);
        a.ret();

        a.Label(ref below8);
        a.cmp(edx, 4);
        a.jb(bytes);
        a.mov(eax, __dword_ptr[rsi]);
        a.mov(ecx, __dword_ptr[rsi + rdx - 4]);
        a.mov(__dword_ptr[rdi], eax);
        a.mov(__dword_ptr[rdi + rdx - 4], ecx);
        a.Define("azalea_user_copy_wide_end");
        a.Label(ref done);
        a.xor(eax, eax);
        a.ret();

        a.Define("azalea_user_copy_words_fault");
        a.lea(rdx, __[rdx + (rcx * 8)]);
        a.jmp(bytes);
        a.Define("azalea_user_copy_wide_fault");
        a.Label(ref bytes);
        a.test(rdx, rdx);
        a.je(done);
        a.Label(ref nextByte);
        a.Define("azalea_user_copy_bytes");
        a.movzx(eax, __byte_ptr[rsi]);
        a.mov(__byte_ptr[rdi], al);
        a.Define("azalea_user_copy_bytes_end");
        a.inc(rsi);
        a.inc(rdi);
        a.dec(rdx);
        a.jne(nextByte);
        a.Define("azalea_user_copy_bytes_fault");
        a.mov(rax, rdx);
        a.ret();
    }

    /// <remarks>In: rdi destination; rsi count. Out: rax bytes that were not set to zero. Clobbers rcx, rdx, rdi.</remarks>
    [AssemblerMethod("azalea_user_clear")]
    internal static void Clear(KernelAssembler a)
    {
        Label bytes = a.CreateLabel();
        Label nextByte = a.CreateLabel();
        Label done = a.CreateLabel();

        a.mov(rcx, rsi);
        a.mov(edx, esi);
        a.shr(rcx, 3);
        a.and(edx, 7);
        a.xor(eax, eax);
        a.Define("azalea_user_clear_words");
        a.rep.stosq();
        a.Label(ref bytes);
        a.test(rdx, rdx);
        a.je(done);
        a.Label(ref nextByte);
        a.Define("azalea_user_clear_bytes");
        a.mov(__byte_ptr[rdi], 0);
        a.Define("azalea_user_clear_bytes_end");
        a.inc(rdi);
        a.dec(rdx);
        a.jne(nextByte);
        a.Label(ref done);
        a.Define("azalea_user_clear_bytes_fault");
        a.mov(rax, rdx);
        a.ret();

        a.Define("azalea_user_clear_words_fault");
        a.lea(rdx, __[rdx + (rcx * 8)]);
        a.jmp(bytes);
    }

    /// <remarks>
    /// In: rdi destination; rsi source, a text with a zero at its end; rdx room, not 0.
    /// Out: rax bytes before the zero, which is copied as well; rdx if there was none in so many; -1 on a fault. Clobbers rcx.
    /// </remarks>
    [AssemblerMethod("azalea_user_copy_text")]
    internal static void CopyText(KernelAssembler a)
    {
        Label next = a.CreateLabel();
        Label done = a.CreateLabel();

        a.xor(eax, eax);
        a.Label(ref next);
        a.Define("azalea_user_text");
        a.movzx(ecx, __byte_ptr[rsi + rax]);
        a.Define("azalea_user_text_end");
        a.mov(__byte_ptr[rdi + rax], cl);
        a.test(ecx, ecx);
        a.je(done);
        a.inc(rax);
        a.cmp(rax, rdx);
        a.jb(next);
        a.Label(ref done);
        a.ret();
    }

    /// <remarks>In: rdi address of four bytes. Out: rax their value; -1 on a fault.</remarks>
    [AssemblerMethod("azalea_user_load")]
    internal static void Load(KernelAssembler a)
    {
        a.mov(eax, __dword_ptr[rdi]);
        a.Define("azalea_user_load_end");
        a.ret();
    }

    /// <remarks>
    /// In: rdi address of four bytes; esi what they must be; edx what they become.
    /// Out: rax what they were; -1 on a fault. Source: SDM vol. 2A, CMPXCHG.
    /// </remarks>
    [AssemblerMethod("azalea_user_compare_exchange")]
    internal static void CompareExchange(KernelAssembler a)
    {
        a.mov(eax, esi);
        a.@lock.cmpxchg(__dword_ptr[rdi], edx);
        a.Define("azalea_user_compare_exchange_end");
        a.mov(eax, eax);
        a.ret();

        a.Define("azalea_user_word_fault");
        a.mov(rax, -1);
        a.ret();
    }

    /// <summary>First instruction, the one after the last, where to go on; zeros end it.</summary>
    [AssemblerMethod("azalea_user_fixups", Alignment = 8, Section = ".rodata")]
    internal static void Fixups(KernelAssembler a)
    {
        Fixup(a, "azalea_user_copy_words", "azalea_user_copy_wide", "azalea_user_copy_words_fault");
        Fixup(a, "azalea_user_copy_wide", "azalea_user_copy_wide_end", "azalea_user_copy_wide_fault");
        Fixup(a, "azalea_user_copy_bytes", "azalea_user_copy_bytes_end", "azalea_user_copy_bytes_fault");
        Fixup(a, "azalea_user_clear_words", "azalea_user_clear_bytes", "azalea_user_clear_words_fault");
        Fixup(a, "azalea_user_clear_bytes", "azalea_user_clear_bytes_end", "azalea_user_clear_bytes_fault");
        Fixup(a, "azalea_user_text", "azalea_user_text_end", "azalea_user_word_fault");
        Fixup(a, "azalea_user_load", "azalea_user_load_end", "azalea_user_word_fault");
        Fixup(a, "azalea_user_compare_exchange", "azalea_user_compare_exchange_end", "azalea_user_word_fault");
        a.Quadword(0);
    }

    private static void Fixup(KernelAssembler a, string first, string end, string target)
    {
        a.Pointer(a[first]);
        a.Pointer(a[end]);
        a.Pointer(a[target]);
    }
}
