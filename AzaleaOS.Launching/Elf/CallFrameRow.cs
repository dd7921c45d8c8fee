namespace AzaleaOS.Build.Elf;

/// <summary>From this address on, the caller's registers are here.</summary>
/// <param name="Address">The first instruction.</param>
/// <param name="Base">What the CFA is counted from.</param>
/// <param name="BaseOffset">CFA = base + this, in bytes.</param>
/// <param name="ReturnAddress">The caller's rip is at CFA + this.</param>
/// <param name="SavedRbp">The caller's rbp is at CFA + this; null: it is still in rbp.</param>
/// <param name="SavedRsp">The caller's rsp is at CFA + this; null: it is the CFA itself.</param>
/// <param name="IsSignalFrame">The caller was interrupted: its rip is the instruction itself, not the one after a call.</param>
public readonly record struct CallFrameRow(
    ulong Address,
    CallFrameBase Base,
    long BaseOffset,
    long ReturnAddress,
    long? SavedRbp,
    long? SavedRsp,
    bool IsSignalFrame)
{
    internal static CallFrameRow Unknown(ulong address) => new(address, CallFrameBase.Unknown, 0, 0, null, null, false);
}
