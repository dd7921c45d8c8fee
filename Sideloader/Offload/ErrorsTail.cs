using AzaleaOS.Abi.Channel;
using AzaleaOS.Build.StackTraces;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>The end of what the application wrote to its standard error: .NET says there which exception ended it.</summary>
internal sealed class ErrorsTail
{
    private const int Kept = 64 << 10;
    private const int Piece = 4096;

    private readonly Lock _gate = new();
    private readonly TailStream _tail = new(Stream.Null);

    /// <summary>The last 64 KiB.</summary>
    internal string Text
    {
        get
        {
            lock (_gate)
                return _tail.Text;
        }
    }

    /// <summary>Takes what a request wrote.</summary>
    /// <param name="request">The request, not yet answered.</param>
    /// <param name="count">Bytes written, or an error.</param>
    internal void Add(DescriptorChain request, long count)
    {
        Span<byte> piece = stackalloc byte[Piece];
        lock (_gate)
        {
            for (long at = Math.Max(0, count - Kept); at < count;)
            {
                int length = request.Read(RequestHeader.Bytes + at, piece[..(int)Math.Min(Piece, count - at)]);
                if (length <= 0)
                    return;
                _tail.Write(piece[..length]);
                at += length;
            }
        }
    }
}
