using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Launching;

/// <summary>A request that cannot be served, with the status the command ends with.</summary>
/// <param name="code">AZ70xx: a wrong request. AZ71xx: a tool is missing, too old or failed. AZ60xx: image.</param>
/// <param name="message">What happened, one line.</param>
/// <param name="advice">What to do, one line, where there is something to do.</param>
/// <param name="exitStatus">A value of <see cref="ExitStatus"/>.</param>
public sealed class LaunchException(string code, string message, string? advice, int exitStatus)
    : BuildException(code, advice is null ? message : $"{message} ({advice})")
{
    /// <summary>What happened, without the advice.</summary>
    public string Problem { get; } = message;

    /// <summary>What to do, or null.</summary>
    public string? Advice { get; } = advice;

    /// <summary>The status the command ends with.</summary>
    public int ExitStatus { get; } = exitStatus;

    /// <summary>A request that makes no sense: status 64.</summary>
    public static LaunchException Usage(string code, string message, string? advice = null)
        => new(code, message, advice, Launching.ExitStatus.Usage);

    /// <summary>A file that is not there or cannot be used: status 66.</summary>
    public static LaunchException NoInput(string code, string message, string? advice = null)
        => new(code, message, advice, Launching.ExitStatus.NoInput);

    /// <summary>A tool that is missing or does not do what is needed: status 69.</summary>
    public static LaunchException Unavailable(string code, string message, string? advice = null)
        => new(code, message, advice, Launching.ExitStatus.Unavailable);
}
