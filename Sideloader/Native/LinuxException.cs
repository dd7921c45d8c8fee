using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Sideloader.Native;

/// <summary>A system call of this process failed where it must not.</summary>
public sealed class LinuxException : IOException
{
    /// <summary>What Linux said to what was tried.</summary>
    /// <param name="error">The error number.</param>
    /// <param name="attempt">What was tried, as in "cannot ...".</param>
    public LinuxException(Errno error, string attempt)
        : base($"cannot {attempt}: {Encoding.ASCII.GetString(ErrnoNames.Find((int)error))}") => Error = error;

    /// <summary>The error number.</summary>
    public Errno Error { get; }

    /// <summary>The error of the last call of this thread.</summary>
    internal static LinuxException Last(string attempt) => new((Errno)Marshal.GetLastSystemError(), attempt);

    /// <summary>The result, if it is not negative.</summary>
    internal static long ThrowIfFailed(long result, string attempt) => result >= 0 ? result : throw Last(attempt);

    /// <summary>The result, if it is not negative.</summary>
    internal static int ThrowIfFailed(int result, string attempt) => result >= 0 ? result : throw Last(attempt);
}
