namespace AzaleaOS.Abi.Linux;

/// <summary>c_lflag.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/termbits.h; termios(3).</remarks>
[Flags]
public enum TerminalLocal : uint
{
    /// <summary>ISIG: VINTR, VQUIT and VSUSP send signals.</summary>
    Signals = 0x1,

    /// <summary>ICANON: input comes in lines, which can be edited.</summary>
    Canonical = 0x2,

    /// <summary>ECHO: what is typed is shown.</summary>
    Echo = 0x8,

    /// <summary>ECHOE: VERASE wipes the character from the screen.</summary>
    EchoErase = 0x10,

    /// <summary>ECHOK: VKILL begins a new line.</summary>
    EchoKill = 0x20,

    /// <summary>ECHONL: newlines are shown even without ECHO.</summary>
    EchoNewline = 0x40,

    /// <summary>NOFLSH: signals leave the input as it is.</summary>
    NoFlush = 0x80,

    /// <summary>ECHOCTL: control characters are shown as ^X.</summary>
    EchoControl = 0x200,

    /// <summary>ECHOPRT: what is erased is shown between \ and /.</summary>
    EchoErased = 0x400,

    /// <summary>ECHOKE: VKILL wipes the line from the screen.</summary>
    EchoKillErase = 0x800,

    /// <summary>IEXTEN: VWERASE, VREPRINT, VLNEXT, VEOL2 and IUCLC hold.</summary>
    Extended = 0x8000,
}
