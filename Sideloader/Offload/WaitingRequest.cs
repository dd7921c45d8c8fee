using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>A read or write that waits until its file is ready, or a request that waits for a signal. Used again and again.</summary>
internal sealed class WaitingRequest
{
    internal DescriptorChain? Chain { get; set; }

    /// <summary>A descriptor of its own: the application may close its number meanwhile, and two requests may wait for one file. -1 for none.</summary>
    internal int Descriptor { get; set; }

    internal bool Writes { get; set; }

    internal int Flags { get; set; }

    internal ulong Sequence { get; set; }

    internal bool IsCancelled { get; set; }
}
