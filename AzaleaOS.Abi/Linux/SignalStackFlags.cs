namespace AzaleaOS.Abi.Linux;

/// <summary>SS_ constants of sigaltstack.</summary>
/// <remarks>Source: Linux, include/uapi/linux/signal.h.</remarks>
public static class SignalStackFlags
{
    /// <summary>SS_ONSTACK: in use now.</summary>
    public const int InUse = 1;

    /// <summary>SS_DISABLE: there is none.</summary>
    public const int Disabled = 2;

    /// <summary>SS_AUTODISARM: given up while a handler runs.</summary>
    public const int DisarmAutomatically = int.MinValue;
}
