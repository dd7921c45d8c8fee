using AzaleaOS.Abi;

namespace AzaleaOS.Linked;

/// <summary>The kernel answered a call with an error.</summary>
public sealed class KernelException : Exception
{
    /// <summary>An error of a call.</summary>
    /// <param name="call">The call's name.</param>
    /// <param name="error">What it gave.</param>
    public KernelException(string call, Errno error)
        : base($"{call}: {error}")
    {
        Call = call;
        Error = error;
    }

    /// <summary>The call's name.</summary>
    public string Call { get; }

    /// <summary>What it gave.</summary>
    public Errno Error { get; }

    /// <summary>Makes an exception of an error that a call returned.</summary>
    internal static long Check(string call, long result)
        => result < 0 ? throw new KernelException(call, (Errno)(-result)) : result;
}
