using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>A peer that is honest but for the calls with a path below <see cref="Place"/>: those it answers as a test says.</summary>
/// <param name="honest">Who answers all else.</param>
/// <param name="lie">
/// Makes an answer of the request's header, the path, and the room behind the answer's header: a result, what is written there, and how many
/// bytes of it the ring says.
/// </param>
internal sealed class LyingDevice(IVirtioDevice honest, Func<RequestHeader, string, int, LyingDevice.Answer> lie) : IVirtioDevice
{
    internal const string Place = "/lie/";

    public VirtioFeatures Features => honest.Features;

    public int QueueCount => honest.QueueCount;

    public ReadOnlySpan<byte> Configuration => honest.Configuration;

    /// <summary>How many calls were answered so.</summary>
    internal int Lies { get; private set; }

    public IRequestHandler CreateHandler(int queue) => new Handler(this, honest.CreateHandler(queue));

    private bool TryLie(DescriptorChain request, out long written)
    {
        written = 0;
        if (!request.TryRead(0, out RequestHeader header) || header.Operation >= (ushort)ChannelOperation.First || request.WritableBytes < ResponseHeader.Bytes)
            return false;

        byte[] text = new byte[request.ReadableBytes - RequestHeader.Bytes];
        request.Read(RequestHeader.Bytes, text);
        string path = System.Text.Encoding.Latin1.GetString(text);
        // The path is the first text of all calls that the test makes, or the second.
        int at = path.IndexOf(Place, StringComparison.Ordinal);
        if (at < 0)
            return false;

        int room = (int)Math.Min(request.WritableBytes - ResponseHeader.Bytes, int.MaxValue);
        Answer answer = lie(header, path[(at + Place.Length)..].TrimEnd('\0'), room);
        request.TryWrite(0, new ResponseHeader { Result = answer.Result, Sequence = (uint)header.Sequence });
        request.Write(ResponseHeader.Bytes, answer.Data);
        written = ResponseHeader.Bytes + answer.Said;
        Lies++;
        return true;
    }

    /// <summary>An answer of a peer.</summary>
    /// <param name="Result">What the call returns.</param>
    /// <param name="Data">Written behind the header as far as there is room.</param>
    /// <param name="Said">Bytes behind the header that the ring says were written.</param>
    internal readonly record struct Answer(long Result, byte[] Data, uint Said)
    {
        internal static Answer Error(Errno errno) => new(-(int)errno, [], 0);
    }

    private sealed class Handler(LyingDevice device, IRequestHandler honest) : IRequestHandler
    {
        public int WaitDescriptor => honest.WaitDescriptor;

        public bool TryAnswer(DescriptorChain request, Virtqueue queue) => honest.TryAnswer(request, queue);

        public long Handle(DescriptorChain request) => device.TryLie(request, out long written) ? written : honest.Handle(request);

        public bool TryFinish(out DescriptorChain? request, out uint written) => honest.TryFinish(out request, out written);

        public bool TryInterrupt(out DescriptorChain? request, out uint written) => honest.TryInterrupt(out request, out written);

        public void Dispose() => honest.Dispose();
    }
}
