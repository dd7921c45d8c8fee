using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>A request that waits: for a file to be ready, for a signal, or for a helper thread. Used again and again.</summary>
/// <remarks>Written by the queue's thread, and by the helper between its start and <see cref="HelperThreads"/>' word that it is done.</remarks>
internal sealed class WaitingRequest
{
    internal DescriptorChain? Chain { get; set; }

    internal ulong Sequence { get; set; }

    internal bool IsCancelled { get; set; }

    /// <summary>The request, and when it was seen, for those who count.</summary>
    internal RequestHeader Header { get; set; }

    internal long Seen { get; set; }

    /// <summary>A descriptor of its own: the application may close its number meanwhile, and two requests may wait for one file. -1 for none.</summary>
    internal int Descriptor { get; set; }

    /// <summary>Whether it transfers to a file and not from one.</summary>
    internal bool Writes { get; set; }

    internal int Flags { get; set; }

    /// <summary>Where what it writes is kept as well, or null.</summary>
    internal ErrorsTail? Tail { get; set; }

    /// <summary>Files that it uses, held.</summary>
    internal OpenFile? File { get; set; }

    internal OpenFile? Target { get; set; }

    /// <summary>Numbers of the call.</summary>
    internal long Offset { get; set; }

    internal long Length { get; set; }

    internal RecordLock Lock { get; set; }

    /// <summary>What is done when <see cref="Descriptor"/> is ready, if it is no transfer.</summary>
    internal Func<OffloadHandler, WaitingRequest, long>? Retry { get; set; }

    /// <summary>What a helper thread does.</summary>
    internal Func<OffloadHandler, WaitingRequest, long>? Work { get; set; }

    /// <summary>Whose queue it is on.</summary>
    internal OffloadHandler? Handler { get; set; }

    /// <summary>The thread id of the helper that waits in the kernel for it and may be interrupted; else 0.</summary>
    internal int Helper { get; set; }

    /// <summary>What the helper's call returned.</summary>
    internal long Result { get; set; }

    /// <summary>Bytes of the answer behind its header.</summary>
    internal long Answered { get; set; }

    /// <summary>Files whose readiness is asked for, held; null for a number that is not open.</summary>
    internal List<(OpenFile? File, PollDescriptor Wanted)> Polled { get; } = [];

    /// <summary>Lets go of what it holds. The chain stays.</summary>
    internal void Clear()
    {
        File?.Release();
        Target?.Release();
        foreach ((OpenFile? file, _) in Polled)
            file?.Release();
        Polled.Clear();
        (File, Target, Retry, Work, Handler) = (null, null, null, null, null);
        (IsCancelled, Helper, Answered, Result) = (false, 0, 0, 0);
    }
}
