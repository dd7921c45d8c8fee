using AzaleaOS.Build.Assembler;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>memset, memcpy and memmove, which ilc's code calls for large structs and spans.</summary>
/// <remarks>
/// General registers only: the callers include interrupt paths, which must not touch vector registers.
/// Short lengths are a few loads and stores that may overlap each other; long ones use the processor's
/// own string instructions, eight bytes at a time, with one more store for the rest.
/// DF must be clear, as the System V ABI for AMD64 (3.2.1) demands.
/// </remarks>
internal static class Memory
{
    /// <remarks>In: rdi destination; esi byte; rdx count. Out: rax destination. Clobbers rcx, rdx, rsi, rdi.</remarks>
    [AssemblerMethod("memset")]
    internal static void Set(KernelAssembler a)
    {
        Label below16 = a.CreateLabel();
        Label below8 = a.CreateLabel();
        Label below4 = a.CreateLabel();
        Label done = a.CreateLabel();

        a.movzx(ecx, sil);
        a.mov(rsi, 0x0101_0101_0101_0101);
        a.imul(rsi, rcx); // the byte, eight times
        a.cmp(rdx, 16);
        a.jb(below16);

        // 16 bytes and more: whole words, and the last eight bytes once more.
        a.mov(r8, rdi);
        a.mov(__qword_ptr[rdi + rdx - 8], rsi);
        a.mov(rcx, rdx);
        a.shr(rcx, 3);
        a.mov(rax, rsi);
        a.rep.stosq();
        a.mov(rax, r8);
        a.ret();

        a.Label(ref below16);
        a.mov(rax, rdi);
        a.cmp(edx, 8);
        a.jb(below8);
        a.mov(__qword_ptr[rdi], rsi);
        a.mov(__qword_ptr[rdi + rdx - 8], rsi);
        a.ret();

        a.Label(ref below8);
        a.cmp(edx, 4);
        a.jb(below4);
        a.mov(__dword_ptr[rdi], esi);
        a.mov(__dword_ptr[rdi + rdx - 4], esi);
        a.ret();

        a.Label(ref below4);
        a.test(edx, edx);
        a.je(done);
        a.mov(__byte_ptr[rdi], sil);
        a.mov(__byte_ptr[rdi + rdx - 1], sil);
        a.shr(edx, 1);
        a.mov(__byte_ptr[rdi + rdx], sil);
        a.Label(ref done);
        a.ret();
    }

    /// <remarks>In: rdi destination; rsi source; rdx count. Out: rax destination. Clobbers rcx, rdx, rsi, rdi, r8..r11.</remarks>
    [AssemblerMethod("memmove")]
    internal static void Move(KernelAssembler a)
    {
        Label upTo16 = a.CreateLabel();
        Label upTo32 = a.CreateLabel();
        Label below8 = a.CreateLabel();
        Label below4 = a.CreateLabel();
        Label backward = a.CreateLabel();
        Label nextWord = a.CreateLabel();
        Label done = a.CreateLabel();

        // The areas may overlap, so each of the short forms loads all before it stores any.
        a.Define("memcpy");
        a.mov(rax, rdi);
        a.cmp(rdx, 16);
        a.jbe(upTo16);
        a.cmp(rdx, 32);
        a.jbe(upTo32);

        a.mov(rcx, rdi);
        a.sub(rcx, rsi);
        a.cmp(rcx, rdx);
        a.jb(backward); // the destination begins inside the source

        a.mov(r8, __qword_ptr[rsi + rdx - 8]);
        a.lea(r9, __[rdi + rdx - 8]);
        a.mov(rcx, rdx);
        a.shr(rcx, 3);
        a.rep.movsq();
        a.mov(__qword_ptr[r9], r8);
        a.ret();

        a.Label(ref backward);
        a.mov(r8, __qword_ptr[rsi]);
        a.Label(ref nextWord);
        a.mov(r9, __qword_ptr[rsi + rdx - 8]);
        a.mov(__qword_ptr[rdi + rdx - 8], r9);
        a.sub(rdx, 8);
        a.cmp(rdx, 8);
        a.ja(nextWord);
        a.mov(__qword_ptr[rdi], r8);
        a.ret();

        a.Label(ref upTo32);
        a.mov(r8, __qword_ptr[rsi]);
        a.mov(r9, __qword_ptr[rsi + 8]);
        a.mov(r10, __qword_ptr[rsi + rdx - 16]);
        a.mov(r11, __qword_ptr[rsi + rdx - 8]);
        a.mov(__qword_ptr[rdi], r8);
        a.mov(__qword_ptr[rdi + 8], r9);
        a.mov(__qword_ptr[rdi + rdx - 16], r10);
        a.mov(__qword_ptr[rdi + rdx - 8], r11);
        a.ret();

        a.Label(ref upTo16);
        a.cmp(edx, 8);
        a.jb(below8);
        a.mov(r8, __qword_ptr[rsi]);
        a.mov(r9, __qword_ptr[rsi + rdx - 8]);
        a.mov(__qword_ptr[rdi], r8);
        a.mov(__qword_ptr[rdi + rdx - 8], r9);
        a.ret();

        a.Label(ref below8);
        a.cmp(edx, 4);
        a.jb(below4);
        a.mov(r8d, __dword_ptr[rsi]);
        a.mov(r9d, __dword_ptr[rsi + rdx - 4]);
        a.mov(__dword_ptr[rdi], r8d);
        a.mov(__dword_ptr[rdi + rdx - 4], r9d);
        a.ret();

        a.Label(ref below4);
        a.test(edx, edx);
        a.je(done);
        a.movzx(r8d, __byte_ptr[rsi]);
        a.movzx(r9d, __byte_ptr[rsi + rdx - 1]);
        a.mov(ecx, edx);
        a.shr(ecx, 1);
        a.movzx(r10d, __byte_ptr[rsi + rcx]);
        a.mov(__byte_ptr[rdi], r8b);
        a.mov(__byte_ptr[rdi + rcx], r10b);
        a.mov(__byte_ptr[rdi + rdx - 1], r9b);
        a.Label(ref done);
        a.ret();
    }
}
