namespace AzaleaOS.Abi.Linux;

/// <summary>c_oflag.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/termbits-common.h and termbits.h; termios(3).</remarks>
[Flags]
public enum TerminalOutput : uint
{
    /// <summary>OPOST: the other flags hold.</summary>
    Process = 0x1,

    /// <summary>OLCUC: letters become large.</summary>
    LowerToUpper = 0x2,

    /// <summary>ONLCR: a return is put before a newline.</summary>
    NewlineToReturnNewline = 0x4,

    /// <summary>OCRNL: a return becomes a newline.</summary>
    ReturnToNewline = 0x8,

    /// <summary>ONOCR: no return in column 0.</summary>
    NoReturnAtStart = 0x10,

    /// <summary>ONLRET: a newline returns as well.</summary>
    NewlineReturns = 0x20,

    /// <summary>XTABS: tabs become spaces. All bits of TABDLY.</summary>
    ExpandTabs = 0x1800,
}
