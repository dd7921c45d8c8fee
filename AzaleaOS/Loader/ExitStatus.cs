namespace AzaleaOS.Loader;

/// <summary>How a shell, and so the kernel, says that a program did not even start.</summary>
internal static class ExitStatus
{
    /// <summary>It is there and cannot be run.</summary>
    internal const int CannotRun = 126;

    /// <summary>It is not there.</summary>
    internal const int NotFound = 127;
}
