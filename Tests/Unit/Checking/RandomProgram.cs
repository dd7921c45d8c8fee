using AzaleaOS.Build.Assembler;
using FsCheck;
using FsCheck.Fluent;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Checking;

/// <summary>A function made of random steps that always returns: jumps go forward, and what is pushed is popped.</summary>
internal sealed record RandomProgram(IReadOnlyList<RandomProgram.Step> Steps, RandomProgram? Callee)
{
    private static readonly AssemblerRegister64[] s_registers = [rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15];

    internal enum Kind
    {
        Move,
        MoveConstant,
        Exchange,
        Add,
        ConditionalMove,
        MoveVector,
        StoreBelow,
        LoadAbove,
        SkipIfZero,
        PushAndPop,
        Frame,
        Call,
    }

    /// <summary>A step; some have steps inside.</summary>
    internal sealed record Step(Kind Kind, int A, int B, IReadOnlyList<Step> Inner);

    internal static Gen<RandomProgram> Generator { get; } =
        from root in Block(4, calls: true)
        from callee in Block(2, calls: false)
        select new RandomProgram(root, new RandomProgram(callee, null));

    /// <summary>Writes the function.</summary>
    internal void Emit(KernelAssembler a)
    {
        a.Cfi.None();
        EmitAll(a, Steps);
        a.ret();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Show(Steps)}; callee {(Callee is null ? "" : Show(Callee.Steps))}";

    private static string Show(IReadOnlyList<Step> steps) => $"[{string.Join(", ", steps.Select(s => $"{s.Kind} {s.A} {s.B} {(s.Inner.Count > 0 ? Show(s.Inner) : "")}"))}]";

    private static Gen<List<Step>> Block(int depth, bool calls)
    {
        Gen<Step> plain =
            from kind in Gen.Elements(Kind.Move, Kind.MoveConstant, Kind.Exchange, Kind.Add, Kind.ConditionalMove, Kind.MoveVector, Kind.StoreBelow, Kind.LoadAbove, calls ? Kind.Call : Kind.Move)
            from x in Gen.Choose(0, 14)
            from y in Gen.Choose(0, 14)
            select new Step(kind, x, y, []);
        if (depth == 0)
            return Gen.ListOf(plain, 3).Select(steps => steps.ToList());
        Gen<Step> nested =
            from kind in Gen.Elements(Kind.SkipIfZero, Kind.PushAndPop, Kind.PushAndPop, Kind.Frame)
            from x in Gen.Choose(0, 14)
            from y in Gen.Frequency((3, Gen.Constant(x)), (1, Gen.Choose(0, 14)))
            from inner in Block(depth - 1, calls)
            select new Step(kind, x, y, inner);
        return from length in Gen.Choose(1, 4)
               from steps in Gen.ListOf(Gen.Frequency((2, plain), (3, nested)), length)
               select steps.ToList();
    }

    private static void EmitAll(KernelAssembler a, IReadOnlyList<Step> steps)
    {
        foreach (Step step in steps)
            Emit(a, step);
    }

    private static void Emit(KernelAssembler a, Step step)
    {
        AssemblerRegister64 x = s_registers[step.A];
        AssemblerRegister64 y = s_registers[step.B];
        switch (step.Kind)
        {
            case Kind.Move:
                a.mov(x, y);
                break;
            case Kind.MoveConstant:
                a.mov(x, step.B);
                break;
            case Kind.Exchange:
                a.xchg(x, y);
                break;
            case Kind.Add:
                a.add(x, y);
                break;
            case Kind.ConditionalMove:
                a.test(y, 1);
                a.cmovne(x, y);
                break;
            case Kind.MoveVector:
                a.movaps(new AssemblerRegisterXMM(Register.XMM0 + step.A), new AssemblerRegisterXMM(Register.XMM0 + step.B));
                break;
            case Kind.StoreBelow:
                a.mov(__[rsp - 8 - (8 * step.B)], x);
                break;
            case Kind.LoadAbove:
                a.mov(x, __[rsp + (8 * (step.B % 4))]);
                break;
            case Kind.SkipIfZero:
                Label behind = a.CreateLabel();
                a.test(x, 4);
                a.je(behind);
                EmitAll(a, step.Inner);
                a.Label(ref behind);
                a.nop();
                break;
            case Kind.PushAndPop:
                a.push(x);
                EmitAll(a, step.Inner);
                a.pop(y);
                break;
            case Kind.Frame:
                a.sub(rsp, 24);
                a.mov(__[rsp + 8], x);
                EmitAll(a, step.Inner);
                a.mov(y, __[rsp + 8]);
                a.add(rsp, 24);
                break;
            case Kind.Call:
                a.call(a["callee"]);
                break;
        }
    }
}
