using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Build.Linking;

/// <summary>The code in front of a packed kernel: puts the segments where they belong and enters the kernel.</summary>
/// <remarks>
/// 32-bit code at a fixed physical address, in the state that multiboot2 and PVH define: flat segments,
/// no paging, interrupts off, no stack. Each protocol has its own entry, and finds eax and ebx in the
/// kernel's entry as the loader left them. The time-stamp counter is read first and left for the
/// kernel, so that unpacking counts as time of the kernel.
/// </remarks>
internal sealed class Unpacker
{
    // LZ4 block format: a token's halves are the counts of literals and of matched bytes less 4; 15 means that more bytes follow.
    private const int CountBits = 4;
    private const uint FullCount = 15;
    private const int MinimumMatch = 4;

    // What was linked into the image, then four dwords of the loader's and our own state, then a stack for one return address.
    private const int ProgramAddress = 8;
    private const int ProgramLength = 12;
    private const int SavedEax = 16;
    private const int EntryOfKernel = 20;
    private const int Timestamp = 24;
    private const int StackTop = 40;

    private readonly Iced.Intel.Assembler _a = new(32);
    private readonly uint _scratch;
    private readonly uint _span;
    private Label _decode;

    private Unpacker(uint scratch, uint span) => (_scratch, _span) = (scratch, span);

    /// <summary>Bytes of memory at the address given to <see cref="Assemble"/>: a <see cref="AzaleaOS.Abi.LinkedProgram"/>, and what the code writes to.</summary>
    internal const int ScratchBytes = StackTop;

    /// <summary>Writes the code.</summary>
    /// <param name="address">Where it will run, physical.</param>
    /// <param name="scratch">Physical address of <see cref="ScratchBytes"/> writable bytes.</param>
    /// <param name="blocks">The segments and the physical addresses of their compressed bytes.</param>
    /// <param name="span">Bytes of the image, as in <see cref="CodeTargets"/>.</param>
    /// <param name="kernel">Where the kernel is entered, and keeps its first time stamp.</param>
    /// <returns>The code, and the addresses of its two entries. Its length does not depend on the addresses.</returns>
    internal static UnpackerCode Assemble(uint address, uint scratch, IReadOnlyList<(PackedBlock Block, uint Source)> blocks, uint span, PackedEntries kernel)
    {
        var unpacker = new Unpacker(scratch, span);
        return unpacker.Write(address, blocks, kernel);
    }

    private UnpackerCode Write(uint address, IReadOnlyList<(PackedBlock Block, uint Source)> blocks, PackedEntries kernel)
    {
        Label common = _a.CreateLabel();
        Label multiboot2 = _a.CreateLabel();
        Label pvh = _a.CreateLabel();
        _decode = _a.CreateLabel();

        _a.Label(ref multiboot2);
        _a.mov(__dword_ptr[_scratch + EntryOfKernel], kernel.Multiboot2);
        _a.jmp(common);

        _a.Label(ref pvh);
        _a.mov(__dword_ptr[_scratch + EntryOfKernel], kernel.Pvh);

        _a.Label(ref common);
        _a.cli();
        _a.cld();
        _a.mov(__dword_ptr[_scratch + SavedEax], eax);
        _a.rdtsc();
        _a.mov(__dword_ptr[_scratch + Timestamp], eax);
        _a.mov(__dword_ptr[_scratch + Timestamp + 4], edx);
        _a.mov(esp, _scratch + StackTop);
        foreach ((PackedBlock block, uint source) in blocks)
        {
            _a.mov(esi, source);
            _a.mov(ebp, source + (uint)block.Compressed.Length);
            _a.mov(edi, block.Destination);
            _a.call(_decode);
            if (block.CodeLength != 0)
                RestoreTargets(block.Destination, block.CodeLength);
        }

        _a.mov(eax, __dword_ptr[_scratch + Timestamp]);
        _a.mov(__dword_ptr[kernel.Timestamp], eax);
        _a.mov(eax, __dword_ptr[_scratch + Timestamp + 4]);
        _a.mov(__dword_ptr[kernel.Timestamp + 4], eax);
        _a.mov(eax, __dword_ptr[_scratch + ProgramAddress]);
        _a.mov(__dword_ptr[kernel.Program], eax);
        _a.mov(eax, __dword_ptr[_scratch + ProgramLength]);
        _a.mov(__dword_ptr[kernel.Program + 4], eax);
        _a.mov(eax, __dword_ptr[_scratch + SavedEax]);
        _a.jmp(__dword_ptr[_scratch + EntryOfKernel]);

        Decode();

        var code = new MemoryStream();
        AssemblerResult result = _a.Assemble(new StreamCodeWriter(code), address, BlockEncoderOptions.ReturnNewInstructionOffsets | BlockEncoderOptions.DontFixBranches);
        return new UnpackerCode(code.ToArray(), (uint)result.GetLabelRIP(multiboot2), (uint)result.GetLabelRIP(pvh));
    }

    /// <summary>What <see cref="CodeTargets.Restore"/> does. Changes all registers but ebx, ebp and esp, and the vector registers.</summary>
    private void RestoreTargets(uint begin, uint length)
    {
        Label next = _a.CreateLabel();
        Label found = _a.CreateLabel();
        Label isCall = _a.CreateLabel();
        Label isOther = _a.CreateLabel();
        Label skip = _a.CreateLabel();
        Label done = _a.CreateLabel();

        // SSE2 looks at 16 bytes at once. SDM vol. 3A, 14.1: CR0.EM and TS off, CR4.OSFXSR on.
        _a.mov(eax, cr0);
        _a.and(eax, ~0b1100);
        _a.mov(cr0, eax);
        _a.mov(eax, cr4);
        _a.or(eax, 1 << 9);
        _a.mov(cr4, eax);
        _a.mov(eax, 0x0101_0101u * CodeTargets.Call);
        _a.movd(xmm1, eax);
        _a.pshufd(xmm1, xmm1, 0);
        _a.mov(eax, 0x0101_0101u * CodeTargets.LoadAddress);
        _a.movd(xmm2, eax);
        _a.pshufd(xmm2, xmm2, 0);
        _a.mov(edi, begin);

        // What lies behind the last instruction that counts is read as well, and not changed.
        const int Step = 16;
        uint end = begin + length - (CodeTargets.Length - 1);
        _a.Label(ref next);
        _a.movdqu(xmm0, __xmmword_ptr[edi]);
        _a.movdqa(xmm3, xmm0);
        _a.pcmpeqb(xmm0, xmm1);
        _a.pcmpeqb(xmm3, xmm2);
        _a.por(xmm0, xmm3);
        _a.pmovmskb(eax, xmm0);
        _a.bsf(eax, eax);
        _a.jnz(found);
        _a.add(edi, Step);
        _a.cmp(edi, end);
        _a.jb(next);
        _a.jmp(done);

        _a.Label(ref found);
        _a.add(edi, eax);
        _a.cmp(edi, end);
        _a.jae(done);
        _a.cmp(__byte_ptr[edi], CodeTargets.Call);
        _a.lea(edi, __dword_ptr[edi + 1]);
        _a.je(isCall);
        _a.mov(al, __byte_ptr[edi]);
        _a.and(al, CodeTargets.OperandBits);
        _a.cmp(al, CodeTargets.RipRelative);
        _a.jne(next);
        _a.inc(edi);

        // edi is at the operand; edx becomes its place.
        _a.Label(ref isCall);
        _a.lea(edx, __dword_ptr[edi - (int)begin]);
        _a.mov(eax, __dword_ptr[edi]);
        _a.cmp(eax, _span);
        _a.jae(isOther);
        _a.sub(__dword_ptr[edi], edx);
        _a.Label(ref skip);
        _a.add(edi, sizeof(int));
        _a.jmp(next);

        // Negative, and not below the place with its sign changed?
        _a.Label(ref isOther);
        _a.neg(eax);
        _a.cmp(eax, edx);
        _a.ja(skip);
        _a.add(__dword_ptr[edi], _span);
        _a.jmp(skip);
        _a.Label(ref done);
        _a.nop();
    }

    /// <summary>One LZ4 block: esi to ebp is read, edi on is written. Changes all registers but ebx, ebp and esp.</summary>
    /// <remarks>Source: LZ4 block format description, lz4_Block_format.md.</remarks>
    private void Decode()
    {
        Label sequence = _a.CreateLabel();
        Label copyLiterals = _a.CreateLabel();
        Label manyLiterals = _a.CreateLabel();
        Label moreLiterals = _a.CreateLabel();
        Label copyMatch = _a.CreateLabel();
        Label longMatch = _a.CreateLabel();
        Label moreMatch = _a.CreateLabel();
        Label done = _a.CreateLabel();

        // Every instruction of a sequence without more counts runs some 50,000 times.
        _a.Label(ref _decode);
        _a.xor(eax, eax);
        _a.Label(ref sequence);
        _a.lodsb();
        _a.mov(ecx, eax);
        _a.shr(ecx, CountBits);
        _a.cmp(ecx, FullCount);
        _a.je(manyLiterals);
        _a.Label(ref copyLiterals);
        _a.rep.movsb();

        // The last sequence has no match.
        _a.cmp(esi, ebp);
        _a.jae(done);

        _a.movzx(edx, __word_ptr[esi]);
        _a.add(esi, 2);
        _a.and(eax, FullCount);
        _a.cmp(eax, FullCount);
        _a.je(longMatch);
        _a.lea(ecx, __dword_ptr[eax + MinimumMatch]);
        _a.Label(ref copyMatch);

        // The match may overlap what is being written: bytes in rising order.
        _a.neg(edx);
        _a.add(edx, edi);
        _a.xchg(esi, edx);
        _a.rep.movsb();
        _a.mov(esi, edx);
        _a.jmp(sequence);

        _a.Label(ref manyLiterals);
        _a.mov(edx, eax);
        _a.Label(ref moreLiterals);
        _a.lodsb();
        _a.add(ecx, eax);
        _a.cmp(al, 0xff);
        _a.je(moreLiterals);
        _a.mov(eax, edx);
        _a.jmp(copyLiterals);

        _a.Label(ref longMatch);
        _a.mov(ecx, FullCount + MinimumMatch);
        _a.Label(ref moreMatch);
        _a.lodsb();
        _a.add(ecx, eax);
        _a.cmp(al, 0xff);
        _a.je(moreMatch);
        _a.jmp(copyMatch);

        _a.Label(ref done);
        _a.ret();
    }
}
