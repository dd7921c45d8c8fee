namespace AzaleaOS.Abi.Linux;

/// <summary>c_iflag.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/termbits-common.h and termbits.h; termios(3).</remarks>
[Flags]
public enum TerminalInput : uint
{
    /// <summary>PARMRK: a byte 0xff is read twice.</summary>
    MarkParity = 0x8,

    /// <summary>ISTRIP: bit 7 is dropped.</summary>
    Strip = 0x20,

    /// <summary>INLCR: a newline becomes a return.</summary>
    NewlineToReturn = 0x40,

    /// <summary>IGNCR: returns are dropped.</summary>
    IgnoreReturn = 0x80,

    /// <summary>ICRNL: a return becomes a newline.</summary>
    ReturnToNewline = 0x100,

    /// <summary>IUCLC: letters become small.</summary>
    UpperToLower = 0x200,

    /// <summary>IXON: VSTOP and VSTART hold output and let it go on.</summary>
    FlowControl = 0x400,

    /// <summary>IXANY: any character lets output go on.</summary>
    AnyRestarts = 0x800,

    /// <summary>IMAXBEL: a bell when there is no room for more input.</summary>
    BellWhenFull = 0x2000,

    /// <summary>IUTF8: VERASE takes a whole UTF-8 character back.</summary>
    Utf8 = 0x4000,
}
