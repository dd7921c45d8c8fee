using System.Buffers.Binary;
using AzaleaOS.Build.Assembler;
using AzaleaOS.Cpu;
using AzaleaOS.Plugs;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Promises.Assembly;

/// <summary>Fill every register and the red zone, let something happen, and look whether all is as it was.</summary>
internal static class RegisterProbes
{
    private const int RedZoneWords = 16;
    private const int DirectionFlagBit = 10;

    private static readonly AssemblerRegister64[] s_general =
        [rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15];

    private static readonly AssemblerRegister64[] s_saved = [rbx, rbp, r12, r13, r14, r15];

    private static readonly AssemblerRegisterXMM[] s_vector =
        [xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15];

    /// <summary>Sixteen bytes for each register: one pattern nobody else has, twice for a vector register.</summary>
    [AssemblerMethod("azalea_test_patterns", Section = ".rodata")]
    internal static void Patterns(KernelAssembler a)
    {
        Span<byte> word = stackalloc byte[8];
        for (int i = 0; i < s_general.Length + s_vector.Length + RedZoneWords; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Pattern(i));
            a.Bytes(word);
            BinaryPrimitives.WriteUInt64LittleEndian(word, ~Pattern(i));
            a.Bytes(word);
        }
    }

    /// <summary>Waits until the timer has interrupted this core. Returns 1 if nothing was lost, else 0.</summary>
    [AssemblerMethod("azalea_test_interrupt")]
    internal static void AcrossAnInterrupt(KernelAssembler a)
    {
        Label wait = a.CreateLabel();
        Begin(a);
        a.Label(ref wait);
        a.cmp(__qword_ptr.gs[Offset.Of<CoreBlock>(nameof(CoreBlock.TimerInterrupts))], 0);
        a.je(wait);
        End(a, except: []);
    }

    /// <summary>Raises an exception that somebody repairs by skipping its two bytes. Returns 1 if nothing was lost, else 0.</summary>
    [AssemblerMethod("azalea_test_exception")]
    internal static void AcrossAnException(KernelAssembler a)
    {
        Begin(a);
        a.ud2();
        End(a, except: []);
    }

    /// <summary>Makes the system call whose number is the argument, with arguments 0. Returns 1 if nothing but rax, rcx and r11 changed.</summary>
    [AssemblerMethod("azalea_test_system_call")]
    internal static void AcrossASystemCall(KernelAssembler a)
    {
        Label lost = a.CreateLabel();
        a.mov(r11, rdi);
        Begin(a, keepsR11: true);
        a.mov(rax, r11);
        a.std();
        a.stc();
        a.syscall();
        a.jnc(lost);
        Compare(a, except: [rax, rcx, r11], lost);
        a.pushfq();
        a.pop(rax);
        a.cld();
        a.bt(rax, DirectionFlagBit);
        a.jnc(lost);
        Return(a, lost);
    }

    private static ulong Pattern(int i) => 0x0101_0101_0101_0101UL * (ulong)(i + 0x41) ^ 0x8000_0000_0000_0000UL;

    private static AssemblerMemoryOperand At(KernelAssembler a, int i) => __[a["azalea_test_patterns"] + (i * 16)];

    private static void Begin(KernelAssembler a, bool keepsR11 = false)
    {
        foreach (AssemblerRegister64 register in s_saved)
            a.push(register);
        for (int i = 0; i < RedZoneWords; i++)
        {
            a.mov(rax, Pattern(s_general.Length + s_vector.Length + i));
            a.mov(__qword_ptr[rsp - (8 * (i + 1))], rax);
        }

        for (int i = 0; i < s_vector.Length; i++)
            a.movdqa(s_vector[i], At(a, s_general.Length + i));
        for (int i = 0; i < s_general.Length; i++)
        {
            if (!keepsR11 || s_general[i] != r11)
                a.mov(s_general[i], Pattern(i));
        }
    }

    private static void End(KernelAssembler a, AssemblerRegister64[] except)
    {
        Label lost = a.CreateLabel();
        Compare(a, except, lost);
        Return(a, lost);
    }

    private static void Compare(KernelAssembler a, AssemblerRegister64[] except, Label lost)
    {
        for (int i = 0; i < s_general.Length; i++)
        {
            if (except.Contains(s_general[i]))
                continue;
            a.cmp(s_general[i], At(a, i));
            a.jne(lost);
        }

        for (int i = 0; i < s_vector.Length; i++)
        {
            a.pcmpeqb(s_vector[i], At(a, s_general.Length + i));
            a.pmovmskb(eax, s_vector[i]);
            a.cmp(eax, 0xffff);
            a.jne(lost);
        }

        for (int i = 0; i < RedZoneWords; i++)
        {
            a.mov(rax, __qword_ptr[rsp - (8 * (i + 1))]);
            a.cmp(rax, At(a, s_general.Length + s_vector.Length + i));
            a.jne(lost);
        }
    }

    private static void Return(KernelAssembler a, Label lost)
    {
        Label leave = a.CreateLabel();
        a.mov(eax, 1);
        a.jmp(leave);
        a.Label(ref lost);
        a.xor(eax, eax);
        a.Label(ref leave);
        a.cld();
        foreach (AssemblerRegister64 register in s_saved.Reverse())
            a.pop(register);
        a.ret();
    }
}
