using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Streams;

/// <summary>Puts a return before every newline: a terminal in raw mode does not do it.</summary>
internal sealed class LineEndStream(Stream to) : WriteOnlyStream
{
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        int end;
        while ((end = buffer.IndexOf((byte)'\n')) >= 0)
        {
            to.Write(buffer[..end]);
            to.Write("\r\n"u8);
            buffer = buffer[(end + 1)..];
        }

        to.Write(buffer);
    }

    public override void Flush() => to.Flush();
}
