namespace AzaleaOS.Boot;

/// <summary>What is printed for a <see cref="CommandLineError"/>, followed by <c>KernelOptions.Culprit</c>. The exit status is 2.</summary>
internal static class CommandLineErrors
{
    /// <summary>The status the kernel ends with, as a command with wrong options does.</summary>
    internal const int ExitStatus = 2;

    /// <summary>One line without a full stop, meant to be followed by the word.</summary>
    internal static ReadOnlySpan<byte> Describe(CommandLineError error) => error switch
    {
        CommandLineError.None => "no error"u8,
        CommandLineError.OpenQuote => "kernel command line: a quote is not closed:"u8,
        CommandLineError.UnknownOption => "kernel command line: unknown option:"u8,
        CommandLineError.BadValue => "kernel command line: bad value:"u8,
        _ => "kernel command line: unknown error:"u8,
    };
}
