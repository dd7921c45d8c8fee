namespace AzaleaOS.Build.Checking;

/// <summary>The registers that a function, and all that it calls, may leave changed.</summary>
/// <param name="General">Bit n: general register n in encoding order (0 rax, 1 rcx, 2 rdx, 3 rbx, 4 rsp, 5 rbp, 6 rsi, 7 rdi, 8..15 r8..r15).</param>
/// <param name="Vector">Bit n: xmm n (the kernel is SSE2 code, so the upper parts are never written).</param>
public readonly record struct RegisterUse(ushort General, ushort Vector);
