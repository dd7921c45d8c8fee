namespace AzaleaOS.Abi.Linux;

/// <summary>si_code: where a signal comes from.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/siginfo.h.</remarks>
public static class SignalCode
{
    /// <summary>SI_USER: kill(2).</summary>
    public const int User = 0;

    /// <summary>SI_KERNEL.</summary>
    public const int Kernel = 0x80;

    /// <summary>SI_QUEUE: sigqueue(3).</summary>
    public const int Queue = -1;

    /// <summary>SI_TIMER: a POSIX timer.</summary>
    public const int Timer = -2;

    /// <summary>SI_TKILL: tkill(2), tgkill(2).</summary>
    public const int ThreadKill = -6;

    /// <summary>ILL_ILLOPN.</summary>
    public const int IllegalOperand = 2;

    /// <summary>FPE_INTDIV.</summary>
    public const int IntegerDivide = 1;

    /// <summary>FPE_FLTDIV.</summary>
    public const int FloatDivide = 3;

    /// <summary>FPE_FLTOVF.</summary>
    public const int FloatOverflow = 4;

    /// <summary>FPE_FLTUND.</summary>
    public const int FloatUnderflow = 5;

    /// <summary>FPE_FLTRES.</summary>
    public const int FloatInexact = 6;

    /// <summary>FPE_FLTINV.</summary>
    public const int FloatInvalid = 7;

    /// <summary>SEGV_MAPERR.</summary>
    public const int NotMapped = 1;

    /// <summary>SEGV_ACCERR.</summary>
    public const int NotAllowed = 2;

    /// <summary>BUS_ADRALN.</summary>
    public const int Alignment = 1;

    /// <summary>BUS_ADRERR.</summary>
    public const int NoSuchAddress = 2;

    /// <summary>TRAP_BRKPT.</summary>
    public const int Breakpoint = 1;

    /// <summary>TRAP_TRACE.</summary>
    public const int SingleStep = 2;

    /// <summary>TRAP_HWBKPT.</summary>
    public const int HardwareBreakpoint = 4;
}
