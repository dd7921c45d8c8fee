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
    // The tables: a dword for each token in each of them.
    private const int TableBytes = BlockFormat.TokenCount * sizeof(int);
    private const int Runs = 0;
    private const int Masks = TableBytes;
    private const int Bases = 2 * TableBytes;
    private const int DistanceBytes = 3 * TableBytes;
    private const int Lengths = 4 * TableBytes;

    // A group as the code has it: what it is added to, its distance's mask, bytes of distance, shortest and longest length.
    private const int GroupBytes = 12;
    private const int GroupMask = 4;
    private const int GroupDistance = 8;
    private const int GroupShortest = 9;
    private const int GroupLongest = 10;

    // What was linked into the image, then four dwords of the loader's and our own state, then a stack for one return address.
    private const int ProgramAddress = 8;
    private const int ProgramLength = 12;
    private const int SavedEax = 16;
    private const int EntryOfKernel = 20;
    private const int Timestamp = 24;
    private const int StackTop = 40;

    private readonly Iced.Intel.Assembler _a = new(32);
    private readonly uint _scratch;
    private readonly uint _tables;
    private readonly uint _span;
    private Label _decode;

    private Unpacker(UnpackerMemory memory, uint span) => (_scratch, _tables, _span) = (memory.Scratch, memory.Tables, span);

    /// <summary>Bytes of scratch memory: a <see cref="AzaleaOS.Abi.LinkedProgram"/>, and what the code writes to.</summary>
    internal const int ScratchBytes = StackTop;

    /// <summary>Bytes of the tables about tokens, which the code makes.</summary>
    internal const int TablesBytes = 5 * TableBytes;

    /// <summary>Of the tables' address.</summary>
    internal const int TablesAlignment = sizeof(int) << BlockFormat.RunBits;

    /// <summary>Writes the code.</summary>
    /// <param name="address">Where it will run, physical.</param>
    /// <param name="memory">What it may write to.</param>
    /// <param name="blocks">The segments and the physical addresses of their compressed bytes.</param>
    /// <param name="span">Bytes of the image, as in <see cref="CodeTargets"/>.</param>
    /// <param name="kernel">Where the kernel is entered, and keeps its first time stamp.</param>
    /// <returns>The code, and the addresses of its two entries. Its length does not depend on the addresses.</returns>
    internal static UnpackerCode Assemble(uint address, UnpackerMemory memory, IReadOnlyList<(PackedBlock Block, uint Source)> blocks, uint span, PackedEntries kernel)
    {
        var unpacker = new Unpacker(memory, span);
        return unpacker.Write(address, blocks, kernel);
    }

    private UnpackerCode Write(uint address, IReadOnlyList<(PackedBlock Block, uint Source)> blocks, PackedEntries kernel)
    {
        Label common = _a.CreateLabel();
        Label multiboot2 = _a.CreateLabel();
        Label pvh = _a.CreateLabel();
        _decode = _a.CreateLabel();
        foreach (BlockFormat.Group group in BlockFormat.Groups)
            WriteGroup(group);

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

        // SSE2 is used. SDM vol. 3A, 14.1: CR0.EM and TS off, CR4.OSFXSR on.
        _a.mov(eax, cr0);
        _a.and(eax, ~0b1100);
        _a.mov(cr0, eax);
        _a.mov(eax, cr4);
        _a.or(eax, 1 << 9);
        _a.mov(cr4, eax);
        MakeTables(address);
        foreach ((PackedBlock block, uint source) in blocks)
        {
            _a.mov(esi, source);
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
        Label look = _a.CreateLabel();
        Label isBranch = _a.CreateLabel();
        Label isOther = _a.CreateLabel();
        Label skip = _a.CreateLabel();
        Label done = _a.CreateLabel();

        Fill(xmm1, CodeTargets.Branch);
        Fill(xmm2, CodeTargets.BranchBits);
        Fill(xmm4, CodeTargets.Operation);
        Fill(xmm5, CodeTargets.OperationBits);
        Fill(xmm6, CodeTargets.RipRelative);
        Fill(xmm7, CodeTargets.OperandBits);

        // A branch behind the code ends the search. What lies there comes later, or is zero.
        _a.mov(__byte_ptr[begin + length], CodeTargets.Branch);
        _a.mov(edi, begin);
        _a.jmp(look);

        // 16 bytes are looked at at once.
        const int Step = 16;
        _a.Label(ref next);
        _a.add(edi, Step);
        _a.Label(ref look);
        _a.movdqu(xmm0, __xmmword_ptr[edi + 1]);
        _a.pand(xmm0, xmm7);
        _a.pcmpeqb(xmm0, xmm6);
        _a.movdqu(xmm3, __xmmword_ptr[edi]);
        _a.pand(xmm3, xmm5);
        _a.pcmpeqb(xmm3, xmm4);
        _a.pand(xmm0, xmm3);
        _a.movdqu(xmm3, __xmmword_ptr[edi]);
        _a.pand(xmm3, xmm2);
        _a.pcmpeqb(xmm3, xmm1);
        _a.por(xmm0, xmm3);
        _a.pmovmskb(eax, xmm0);
        _a.bsf(eax, eax);
        _a.jz(next);

        _a.add(edi, eax);
        _a.cmp(edi, begin + length - (CodeTargets.Length - 1));
        _a.jae(done);
        _a.mov(al, __byte_ptr[edi]);
        _a.inc(edi);
        _a.and(al, CodeTargets.BranchBits);
        _a.cmp(al, CodeTargets.Branch);
        _a.je(isBranch);
        _a.inc(edi);

        // edi is at the operand; edx becomes its place.
        _a.Label(ref isBranch);
        _a.lea(edx, __dword_ptr[edi - (int)begin]);
        _a.mov(eax, __dword_ptr[edi]);
        _a.cmp(eax, _span);
        _a.jae(isOther);
        _a.sub(__dword_ptr[edi], edx);
        _a.Label(ref skip);
        _a.add(edi, sizeof(int));
        _a.jmp(look);

        // Negative, and not below the place with its sign changed?
        _a.Label(ref isOther);
        _a.neg(eax);
        _a.cmp(eax, edx);
        _a.ja(skip);
        _a.add(__dword_ptr[edi], _span);
        _a.jmp(skip);
        _a.Label(ref done);
        _a.mov(__byte_ptr[begin + length], 0);
    }

    private void Fill(AssemblerRegisterXMM register, byte value)
    {
        _a.mov(eax, 0x0101_0101u * value);
        _a.movd(register, eax);
        _a.pshufd(register, register, 0);
    }

    private void WriteGroup(BlockFormat.Group group)
    {
        _a.dd(-group.Farthest, (1 << (8 * group.DistanceBytes)) - 1);
        _a.db((byte)group.DistanceBytes, (byte)group.Shortest, (byte)group.Longest, 0);
    }

    /// <summary>Fills the tables from the groups, at <paramref name="groups"/>. Changes all registers but ebx and esp.</summary>
    private void MakeTables(uint groups)
    {
        Label run = _a.CreateLabel();
        Label group = _a.CreateLabel();
        Label token = _a.CreateLabel();

        _a.mov(ecx, BlockFormat.TokenCount - 1);
        _a.Label(ref run);
        _a.mov(eax, ecx);
        _a.and(eax, BlockFormat.LongestRun);
        _a.mov(__dword_ptr[(ecx * sizeof(int)) + _tables + Runs], eax);
        _a.dec(ecx);
        _a.jns(run);

        _a.mov(esi, groups);
        _a.mov(edi, _tables);
        _a.Label(ref group);
        _a.mov(ebp, __dword_ptr[esi]);
        _a.mov(edx, __dword_ptr[esi + GroupMask]);
        _a.movzx(ecx, __byte_ptr[esi + GroupDistance]);
        _a.movsx(eax, __byte_ptr[esi + GroupShortest]);
        _a.Label(ref token);
        _a.mov(__dword_ptr[edi + Masks], edx);
        _a.mov(__dword_ptr[edi + Bases], ebp);
        _a.mov(__dword_ptr[edi + DistanceBytes], ecx);
        _a.mov(__dword_ptr[edi + Lengths], eax);
        _a.add(edi, sizeof(int));
        _a.test(edi, TablesAlignment - 1);
        _a.jnz(token);
        _a.inc(eax);
        _a.cmp(al, __byte_ptr[esi + GroupLongest]);
        _a.jle(token);
        _a.add(esi, GroupBytes);
        _a.cmp(edi, _tables + TableBytes);
        _a.jb(group);
    }

    /// <summary>One block in the notation of <see cref="BlockFormat"/>, read at esi, written at edi. Changes all registers but ebx and esp.</summary>
    private void Decode()
    {
        Label match = _a.CreateLabel();
        Label repeat = _a.CreateLabel();
        Label token = _a.CreateLabel();
        Label literals = _a.CreateLabel();
        Label done = _a.CreateLabel();

        _a.Label(ref _decode);
        _a.xor(eax, eax);
        _a.jmp(token);

        // Every instruction from here to the branch back runs some 50,000 times. Distances are negative.
        _a.Label(ref match);
        _a.mov(ebp, ecx);
        _a.Label(ref repeat);
        _a.add(esi, Table(DistanceBytes));
        _a.movdqu(xmm0, __xmmword_ptr[edi + ecx]);
        _a.movdqu(__xmmword_ptr[edi], xmm0);
        _a.add(edi, Table(Lengths));
        _a.Label(ref token);
        _a.lodsb();
        _a.mov(ecx, Table(Runs));
        _a.rep.movsb();
        _a.mov(ecx, __dword_ptr[esi]);
        _a.and(ecx, Table(Masks));
        _a.add(ecx, Table(Bases));
        _a.jnz(match);

        _a.mov(ecx, ebp);
        _a.cmp(Table(Lengths), BlockFormat.LongRepeat);
        _a.jg(repeat);
        _a.movzx(ecx, __byte_ptr[esi]);
        _a.lea(esi, __dword_ptr[esi + 1]);
        _a.jl(literals);
        _a.mov(edx, esi);
        _a.lea(esi, __dword_ptr[edi + ebp]);
        CopyMany();
        _a.mov(esi, edx);
        _a.jmp(token);

        _a.Label(ref literals);
        _a.jecxz(done);
        CopyMany();
        _a.jmp(token);
        _a.Label(ref done);
        _a.ret();
    }

    private AssemblerMemoryOperand Table(int table) => __dword_ptr[(eax * sizeof(int)) + _tables + table];

    /// <summary>ecx bytes from esi to edi, fewer than 256, in rising order and four at once. Leaves eax 0.</summary>
    private void CopyMany()
    {
        _a.mov(eax, ecx);
        _a.shr(ecx, 2);
        _a.rep.movsd();
        _a.mov(ecx, eax);
        _a.and(ecx, 3);
        _a.rep.movsb();
        _a.xor(eax, eax);
    }
}
