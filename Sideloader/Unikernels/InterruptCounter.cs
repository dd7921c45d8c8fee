namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Tells when Ctrl-C comes so often that the user means the machine, not the application.</summary>
internal struct InterruptCounter
{
    private const long Window = 1000;

    private long _last;
    private long _beforeLast;

    /// <summary>Counts one, and says whether it is the third within a second.</summary>
    internal bool IsTooMany()
    {
        long now = Environment.TickCount64;
        bool tooMany = _beforeLast != 0 && now - _beforeLast < Window;
        (_beforeLast, _last) = (_last, now);
        return tooMany;
    }
}
