namespace AzaleaOS.Abi.Linux;

/// <summary>Where each control character is in c_cc.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/termbits.h.</remarks>
public static class TerminalCharacter
{
    /// <summary>VINTR: SIGINT.</summary>
    public const int Interrupt = 0;

    /// <summary>VQUIT: SIGQUIT.</summary>
    public const int Quit = 1;

    /// <summary>VERASE: takes a character back.</summary>
    public const int Erase = 2;

    /// <summary>VKILL: takes the line back.</summary>
    public const int Kill = 3;

    /// <summary>VEOF: ends the input.</summary>
    public const int EndOfFile = 4;

    /// <summary>VTIME: tenths of a second that a read waits.</summary>
    public const int Time = 5;

    /// <summary>VMIN: bytes that a read waits for.</summary>
    public const int Minimum = 6;

    /// <summary>VSTART: lets output go on.</summary>
    public const int Start = 8;

    /// <summary>VSTOP: holds output.</summary>
    public const int Stop = 9;

    /// <summary>VSUSP: SIGTSTP.</summary>
    public const int Suspend = 10;

    /// <summary>VEOL: ends a line.</summary>
    public const int EndOfLine = 11;

    /// <summary>VREPRINT: shows the line again.</summary>
    public const int Reprint = 12;

    /// <summary>VDISCARD: means nothing, as in Linux.</summary>
    public const int Discard = 13;

    /// <summary>VWERASE: takes a word back.</summary>
    public const int WordErase = 14;

    /// <summary>VLNEXT: the next character means itself.</summary>
    public const int LiteralNext = 15;

    /// <summary>VEOL2: ends a line.</summary>
    public const int EndOfLine2 = 16;
}
