namespace AzaleaOS.Signals;

/// <summary>The signals that are held back while a call waits.</summary>
internal static class SignalMask
{
    private static ulong s_before;

    /// <summary>Holds back others than before.</summary>
    internal static void Replace(ulong mask)
    {
        s_before = SignalState.Blocked;
        SignalState.Blocked = mask & ~SignalState.Uncatchable;
    }

    /// <summary>Holds back those that were held back before, unless a handler has to run first.</summary>
    internal static void RestoreUnless(bool interrupted)
    {
        if (!interrupted)
        {
            SignalState.Blocked = s_before;
        }
    }
}
