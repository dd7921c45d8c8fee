using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>Two names of the host that a thread exchanges without a pause, until this is disposed of.</summary>
internal sealed class ExchangedNames : IDisposable
{
    private const int FromHere = -100;
    private const int Exchange = 2;

    private readonly Thread _racer;
    private bool _stop;

    /// <summary>Begins.</summary>
    internal ExchangedNames(string one, string other)
    {
        _racer = new Thread(() => Race(one, other));
        _racer.Start();
    }

    /// <summary>Tries something until both outcomes were seen.</summary>
    /// <param name="least">How often at least.</param>
    /// <param name="most">How often at most; then there was no race, and the test fails.</param>
    /// <param name="isFound">Tries once, and says what came of it.</param>
    internal static void Try(int least, int most, Func<int, bool> isFound)
    {
        int found = 0;
        int missed = 0;
        for (int i = 0; i < least || ((found == 0 || missed == 0) && i < most); i++)
            (found, missed) = isFound(i) ? (found + 1, missed) : (found, missed + 1);
        Assert.True(found > 0 && missed > 0, $"{found} found, {missed} missed: there was no race");
    }

    public void Dispose()
    {
        Volatile.Write(ref _stop, true);
        _racer.Join();
    }

    private unsafe void Race(string one, string other)
    {
        fixed (byte* first = FuseGuest.Texts([one]), second = FuseGuest.Texts([other]))
        {
            while (!Volatile.Read(ref _stop))
                Libc.RenameAt(FromHere, first, FromHere, second, Exchange);
        }
    }
}
