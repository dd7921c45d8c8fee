namespace AzaleaOS.Syscalls;

/// <summary>A method that answers one Linux system call. The build generates the table from these.</summary>
/// <remarks>
/// The method is static, returns <see cref="long"/> (a result, or -errno) and takes at most six
/// parameters, each the size of a register or less: rdi, rsi, rdx, r10, r8, r9 of the caller.
/// </remarks>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
internal sealed class SyscallAttribute(int number) : Attribute
{
    /// <summary>Linux's number on x86-64, or one of <see cref="AzaleaOS.Abi.AzaleaCall"/>.</summary>
    internal int Number { get; } = number;

    /// <summary>
    /// Runs on the caller's stack: no more than a few hundred bytes of it, no vector register, no
    /// blocking. The code checker proves the registers; the build saves only those that are used.
    /// </summary>
    public bool Leaf { get; set; }

    /// <summary>Answered by the Linux peer.</summary>
    public bool Offload { get; set; }

    /// <summary>
    /// The method looks at all registers of its caller, in the frame at the top of the kernel stack. Without it
    /// the frame holds the arguments, the number, and where the caller goes on.
    /// </summary>
    public bool SeesFrame { get; init; }
}
