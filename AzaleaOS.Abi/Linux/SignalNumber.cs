namespace AzaleaOS.Abi.Linux;

/// <summary>Linux's signal numbers on x86-64.</summary>
/// <remarks>Source: Linux, arch/x86/include/uapi/asm/signal.h.</remarks>
public static class SignalNumber
{
    /// <summary>SIGHUP.</summary>
    public const int HangUp = 1;

    /// <summary>SIGINT.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGQUIT.</summary>
    public const int Quit = 3;

    /// <summary>SIGILL.</summary>
    public const int IllegalInstruction = 4;

    /// <summary>SIGTRAP.</summary>
    public const int Trap = 5;

    /// <summary>SIGABRT.</summary>
    public const int Abort = 6;

    /// <summary>SIGBUS.</summary>
    public const int Bus = 7;

    /// <summary>SIGFPE.</summary>
    public const int FloatingPoint = 8;

    /// <summary>SIGKILL.</summary>
    public const int Kill = 9;

    /// <summary>SIGUSR1.</summary>
    public const int User1 = 10;

    /// <summary>SIGSEGV.</summary>
    public const int Segmentation = 11;

    /// <summary>SIGUSR2.</summary>
    public const int User2 = 12;

    /// <summary>SIGPIPE.</summary>
    public const int Pipe = 13;

    /// <summary>SIGALRM.</summary>
    public const int Alarm = 14;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    /// <summary>SIGCHLD.</summary>
    public const int Child = 17;

    /// <summary>SIGCONT.</summary>
    public const int Continue = 18;

    /// <summary>SIGSTOP.</summary>
    public const int Stop = 19;

    /// <summary>SIGTSTP.</summary>
    public const int TerminalStop = 20;

    /// <summary>SIGTTIN.</summary>
    public const int TerminalInput = 21;

    /// <summary>SIGTTOU.</summary>
    public const int TerminalOutput = 22;

    /// <summary>SIGURG.</summary>
    public const int Urgent = 23;

    /// <summary>SIGXCPU.</summary>
    public const int ProcessorLimit = 24;

    /// <summary>SIGXFSZ.</summary>
    public const int FileLimit = 25;

    /// <summary>SIGVTALRM.</summary>
    public const int VirtualAlarm = 26;

    /// <summary>SIGPROF.</summary>
    public const int Profile = 27;

    /// <summary>SIGWINCH.</summary>
    public const int WindowChange = 28;

    /// <summary>SIGSYS.</summary>
    public const int System = 31;

    /// <summary>The kernel's SIGRTMIN: from here on every signal sent is kept.</summary>
    public const int FirstRealTime = 32;

    /// <summary>SIGRTMAX: the highest.</summary>
    public const int Last = 64;
}
