namespace AzaleaOS.Boot;

/// <summary>Why a kernel command line is refused.</summary>
internal enum CommandLineError
{
    /// <summary>All is well.</summary>
    None = 0,

    /// <summary>A quote is not closed.</summary>
    OpenQuote,

    /// <summary>There is no such option.</summary>
    UnknownOption,

    /// <summary>The option needs a value, or one in another range.</summary>
    BadValue,
}
