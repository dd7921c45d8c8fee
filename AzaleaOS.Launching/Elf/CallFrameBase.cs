namespace AzaleaOS.Build.Elf;

/// <summary>What the canonical frame address (CFA) is counted from.</summary>
public enum CallFrameBase
{
    /// <summary>Not known: nothing can be said about the caller.</summary>
    Unknown,

    /// <summary>There is no caller: code that something other than a call started.</summary>
    Outermost,

    /// <summary>rsp.</summary>
    Rsp,

    /// <summary>rbp.</summary>
    Rbp,
}
