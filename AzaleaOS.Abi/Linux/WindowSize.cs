namespace AzaleaOS.Abi.Linux;

/// <summary>winsize: what TIOCGWINSZ gives.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/termios.h.</remarks>
public struct WindowSize
{
    /// <summary>Characters in a column.</summary>
    public ushort Rows;

    /// <summary>Characters in a row.</summary>
    public ushort Columns;

    /// <summary>Pixels; 0 for unknown.</summary>
    public ushort Width;

    /// <summary>Pixels; 0 for unknown.</summary>
    public ushort Height;
}
