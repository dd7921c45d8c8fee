using AzaleaOS.Build.Launching;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>A command cannot do what it was asked: one line that says why and what to do, and the command's exit status.</summary>
internal sealed class CommandException(string message, int status) : Exception(message)
{
    /// <summary>A value of <see cref="ExitStatus"/>.</summary>
    internal int Status { get; } = status;

    /// <summary>The request makes no sense.</summary>
    internal static CommandException Usage(string message) => new(message, ExitStatus.Usage);

    /// <summary>Something that is named is not there, or cannot be used.</summary>
    internal static CommandException NoInput(string message) => new(message, ExitStatus.NoInput);

    /// <summary>This host lacks something.</summary>
    internal static CommandException Unavailable(string message) => new(message, ExitStatus.Unavailable);

    /// <summary>The unikernel ended without a status of its own.</summary>
    internal static CommandException Lost(string message) => new(message, ExitStatus.NoExitRecord);
}
