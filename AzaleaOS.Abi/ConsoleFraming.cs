namespace AzaleaOS.Abi;

/// <summary>How the serial line carries more than one stream of bytes.</summary>
/// <remarks>
/// <para>From the kernel: RS RS is a byte RS of the program; RS and <see cref="ToOutput"/>, <see cref="ToError"/> or
/// <see cref="ToTerminal"/> says where the program's bytes go from now on, standard output at first;
/// RS <see cref="Listening"/> says that the kernel hears from now on, and not before: boot loaders eat what they hear; RS and anything else begins a line of the kernel, which LF ends.</para>
/// <para>To the kernel, where it was told of streams: RS RS is a byte RS; RS <see cref="EndOfInput"/> is the end of the input;
/// RS <see cref="WindowChange"/> COLUMNS x ROWS LF is the terminal's new size. RS and anything else is just that.</para>
/// </remarks>
public static class ConsoleFraming
{
    /// <summary>RS.</summary>
    public const byte Separator = 0x1e;

    /// <summary>What follows is for standard output.</summary>
    public const byte ToOutput = 1;

    /// <summary>What follows is for standard error.</summary>
    public const byte ToError = 2;

    /// <summary>What follows is for the terminal, which standard output need not lead to.</summary>
    public const byte ToTerminal = 3;

    /// <summary>Input may be sent.</summary>
    public const byte Listening = 5;

    /// <summary>Nothing more will come.</summary>
    public const byte EndOfInput = (byte)'E';

    /// <summary>The terminal's size follows.</summary>
    public const byte WindowChange = (byte)'W';
}
