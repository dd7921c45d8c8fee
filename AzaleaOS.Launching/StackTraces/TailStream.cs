using System.Text;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.StackTraces;

/// <summary>Passes everything on as it is, and keeps the end of it.</summary>
internal sealed class TailStream(Stream next) : WriteOnlyStream
{
    private const int Kept = 64 << 10;

    // Twice the room, so that bytes move once in a while and not at each write.
    private readonly byte[] _last = new byte[2 * Kept];
    private int _count;

    /// <summary>The last 64 KiB.</summary>
    internal string Text => Encoding.UTF8.GetString(_last.AsSpan(Math.Max(0, _count - Kept).._count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        next.Write(buffer);
        ReadOnlySpan<byte> end = buffer.Length > Kept ? buffer[^Kept..] : buffer;
        if (_count + end.Length > _last.Length)
        {
            _last.AsSpan(_count - Kept, Kept).CopyTo(_last);
            _count = Kept;
        }

        end.CopyTo(_last.AsSpan(_count));
        _count += end.Length;
    }

    public override void Flush() => next.Flush();
}
