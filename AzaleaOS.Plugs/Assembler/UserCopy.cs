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
    /// Out: rax bytes before the zero, which is copied as well, perhaps with some that follow it; rdx if there was none in so many; -1 on a fault.
    /// Clobbers rcx, r8 to r11. Eight bytes at a time as far as the source's page and the room go, so that nothing behind the text's page is touched.
    /// </remarks>
    [AssemblerMethod("azalea_user_copy_text")]
    internal static void CopyText(KernelAssembler a)
    {
        const int PageSize = 4096;
        Label piece = a.CreateLabel();
        Label fits = a.CreateLabel();
        Label nextWord = a.CreateLabel();
        Label oneByte = a.CreateLabel();
        Label found = a.CreateLabel();
        Label done = a.CreateLabel();

        a.mov(r8, 0x0101010101010101UL);
        a.mov(r9, 0x8080808080808080UL);
        a.xor(eax, eax);

        // r11: where the last whole word of this page begins that there is room for.
        a.Label(ref piece);
        a.lea(rcx, __[rsi + rax]);
        a.or(rcx, -PageSize);
        a.neg(rcx);
        a.add(rcx, rax);
        a.cmp(rcx, rdx);
        a.jbe(fits);
        a.mov(rcx, rdx);
        a.Label(ref fits);
        a.lea(r11, __[rcx - 8]);
        a.cmp(rax, r11);
        a.jg(oneByte);

        // A byte is zero where taking 1 away sets the top bit and it was not set: true for the first such byte.
        a.Label(ref nextWord);
        a.Define("azalea_user_text_word");
        a.mov(rcx, __qword_ptr[rsi + rax]);
        a.Define("azalea_user_text_word_end");
        a.mov(__qword_ptr[rdi + rax], rcx);
        a.mov(r10, rcx);
        a.sub(rcx, r8);
        a.not(r10);
        a.and(rcx, r10);
        a.and(rcx, r9);
        a.jne(found);
        a.add(rax, 8);
        a.cmp(rax, r11);
        a.jle(nextWord);
        a.cmp(rax, rdx);
        a.jae(done);

        a.Label(ref oneByte);
        a.Define("azalea_user_text");
        a.movzx(ecx, __byte_ptr[rsi + rax]);
        a.Define("azalea_user_text_end");
        a.mov(__byte_ptr[rdi + rax], cl);
        a.test(ecx, ecx);
        a.je(done);
        a.inc(rax);
        a.cmp(rax, rdx);
        a.jb(piece);
        a.Label(ref done);
        a.ret();

        a.Label(ref found);
        a.bsf(rcx, rcx);
        a.shr(ecx, 3);
        a.add(rax, rcx);
        a.ret();
    }

    /// <remarks>
    /// In: rdi room of a multiple of 16 bytes; rsi source, a path; rdx the room.
    /// Out: as <see cref="CopyText"/>, but for bit 32: the path is absolute, and two dots may follow each other in it. Clobbers rcx, r8 to r11, xmm0 to
    /// xmm3. An absolute path is looked at while it is copied, 16 bytes at a time, unless it might end on another page: then bit 32 is set.
    /// </remarks>
    [AssemblerMethod("azalea_user_copy_path")]
    internal static void CopyPath(KernelAssembler a)
    {
        const int PageMask = 4095;
        const int Unknown = 32;
        Label relative = a.CreateLabel();
        Label unlooked = a.CreateLabel();
        Label next = a.CreateLabel();
        Label found = a.CreateLabel();
        Label done = a.CreateLabel();

        a.Define("azalea_user_path");
        a.cmp(__byte_ptr[rsi], (sbyte)'/');
        a.Define("azalea_user_path_end");
        a.jne(relative);
        a.mov(ecx, esi);
        a.and(ecx, PageMask);
        a.add(ecx, edx);
        a.cmp(ecx, PageMask + 1);
        a.ja(unlooked);
        a.mov(rax, 0x2e2e2e2e2e2e2e2eUL);
        a.movq(xmm1, rax);
        a.punpcklqdq(xmm1, xmm1);
        a.pxor(xmm0, xmm0);
        a.mov(r9, rdi);
        a.lea(r8, __[rdi + rdx]);
        a.xor(r10d, r10d);
        a.xor(r11d, r11d);

        // ecx: which bytes are dots; r10: whether the last one before was; r11: which follow another.
        a.Label(ref next);
        a.Define("azalea_user_path_wide");
        a.movdqu(xmm2, __xmmword_ptr[rsi]);
        a.Define("azalea_user_path_wide_end");
        a.movdqu(__xmmword_ptr[rdi], xmm2);
        a.movdqa(xmm3, xmm2);
        a.pcmpeqb(xmm2, xmm0);
        a.pcmpeqb(xmm3, xmm1);
        a.pmovmskb(eax, xmm2);
        a.pmovmskb(ecx, xmm3);
        a.lea(r10d, __[r10 + (rcx * 2)]);
        a.and(r10d, ecx);
        a.or(r11d, r10d);
        a.mov(r10d, ecx);
        a.shr(r10d, 15);
        a.test(eax, eax);
        a.jne(found);
        a.add(rsi, 16);
        a.add(rdi, 16);
        a.cmp(rdi, r8);
        a.jb(next);
        a.mov(rax, rdx);
        a.ret();

        a.Label(ref found);
        a.bsf(eax, eax);
        a.add(rax, rdi);
        a.sub(rax, r9);
        a.test(r11d, r11d);
        a.je(done);
        a.bts(rax, Unknown);
        a.Label(ref done);
        a.ret();

        a.Label(ref unlooked);
        a.call(a["azalea_user_copy_text"]);
        a.bts(rax, Unknown);
        a.ret();
        a.Label(ref relative);
        a.jmp(a["azalea_user_copy_text"]);
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
        Fixup(a, "azalea_user_text_word", "azalea_user_text_word_end", "azalea_user_word_fault");
        Fixup(a, "azalea_user_text", "azalea_user_text_end", "azalea_user_word_fault");
        Fixup(a, "azalea_user_path", "azalea_user_path_end", "azalea_user_word_fault");
        Fixup(a, "azalea_user_path_wide", "azalea_user_path_wide_end", "azalea_user_word_fault");
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
