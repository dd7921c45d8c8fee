using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.Devices;

/// <summary>Answers the requests of one queue, on that queue's thread.</summary>
public interface IRequestHandler : IDisposable
{
    /// <summary>The handler keeps the request for later: it waits for something.</summary>
    public const long Kept = -1;

    /// <summary>A descriptor that is readable when a kept request may go on, or -1 if none is ever kept.</summary>
    public int WaitDescriptor { get; }

    /// <summary>Answers a request in place.</summary>
    /// <param name="request">Its buffers. Not used after the call returns, unless the request is kept.</param>
    /// <returns>Bytes written from the start of the writable part, or <see cref="Kept"/>.</returns>
    public long Handle(DescriptorChain request);

    /// <summary>Answers a request at once and gives it back, if it is of a kind whose answer must not lose time.</summary>
    /// <param name="request">Its buffers. Not used after the call returns.</param>
    /// <param name="queue">Where it came from.</param>
    /// <returns>False if nothing was done: then <see cref="Handle"/> answers it.</returns>
    public bool TryAnswer(DescriptorChain request, Virtqueue queue) => false;

    /// <summary>Finishes a kept request that can go on.</summary>
    /// <param name="request">Which; no longer kept.</param>
    /// <param name="written">Bytes written from the start of its writable part.</param>
    /// <returns>False if there is none: ask again when <see cref="WaitDescriptor"/> is readable.</returns>
    public bool TryFinish(out DescriptorChain? request, out uint written);

    /// <summary>Gives up a kept request because the queue stops.</summary>
    /// <param name="request">Which; no longer kept.</param>
    /// <param name="written">Bytes written from the start of its writable part.</param>
    /// <returns>False if there is none.</returns>
    public bool TryInterrupt(out DescriptorChain? request, out uint written);
}
