namespace AzaleaOS.Build.Checking;

/// <summary>The registers that a function, and all that it calls, may leave changed.</summary>
/// <param name="General">Bit n: general register n in encoding order (0 rax, 1 rcx, 2 rdx, 3 rbx, 4 rsp, 5 rbp, 6 rsi, 7 rdi, 8..15 r8..r15).</param>
/// <param name="Vector">Bit n: xmm n (the kernel is SSE2 code, so the upper parts are never written).</param>
public readonly record struct RegisterUse(ushort General, ushort Vector)
{
    /// <summary>rax, rcx, rdx, rsi, rdi, r8 to r11 and all of xmm: what a call of unknown code may change (System V ABI for AMD64, 3.2.1).</summary>
    public static RegisterUse CallerSaved { get; } = new(0b0000_1111_1100_0111, 0xffff);

    /// <summary>Every register: what a switch to another thread and back may change.</summary>
    public static RegisterUse Everything { get; } = new(0xffff, 0xffff);

    /// <summary>What either of two may change.</summary>
    public static RegisterUse operator |(RegisterUse a, RegisterUse b)
        => new((ushort)(a.General | b.General), (ushort)(a.Vector | b.Vector));
}
