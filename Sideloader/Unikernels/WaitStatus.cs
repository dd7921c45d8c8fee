namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Linux's wait status. Source: wait(2).</summary>
internal static class WaitStatus
{
    /// <summary>What a shell makes of it: the exit status, or 128 and the number of the signal that ended the process.</summary>
    internal static int ToExit(int status) => (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);
}
