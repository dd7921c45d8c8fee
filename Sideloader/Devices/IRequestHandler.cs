using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.Devices;

/// <summary>Answers the requests of one queue, on that queue's thread.</summary>
public interface IRequestHandler : IDisposable
{
    /// <summary>Answers a request in place.</summary>
    /// <param name="request">Its buffers. Not used after the call returns.</param>
    /// <returns>Bytes written from the start of the writable part.</returns>
    public uint Handle(DescriptorChain request);
}
