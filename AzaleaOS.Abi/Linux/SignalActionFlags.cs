namespace AzaleaOS.Abi.Linux;

/// <summary>SA_ constants of rt_sigaction.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/signal-defs.h and arch/x86/include/uapi/asm/signal.h.</remarks>
public static class SignalActionFlags
{
    /// <summary>SA_NOCLDSTOP.</summary>
    public const ulong NoChildStop = 1;

    /// <summary>SA_NOCLDWAIT.</summary>
    public const ulong NoChildWait = 2;

    /// <summary>SA_SIGINFO: the handler gets siginfo_t and ucontext.</summary>
    public const ulong Information = 4;

    /// <summary>SA_EXPOSE_TAGBITS.</summary>
    public const ulong ExposeTagBits = 0x800;

    /// <summary>SA_RESTORER: the action says where a handler returns to.</summary>
    public const ulong Restorer = 0x0400_0000;

    /// <summary>SA_ONSTACK: on the alternate stack.</summary>
    public const ulong OnStack = 0x0800_0000;

    /// <summary>SA_RESTART: an interrupted system call is made again.</summary>
    public const ulong Restart = 0x1000_0000;

    /// <summary>SA_NODEFER: the handler can be interrupted by its own signal.</summary>
    public const ulong NoDefer = 0x4000_0000;

    /// <summary>SA_RESETHAND: once.</summary>
    public const ulong ResetHandler = 0x8000_0000;

    /// <summary>All that the kernel keeps; SA_UNSUPPORTED and unknown ones read back as 0.</summary>
    public const ulong All = NoChildStop | NoChildWait | Information | ExposeTagBits | Restorer | OnStack | Restart | NoDefer | ResetHandler;
}
