using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Commands;

/// <summary>Writes everything to two streams.</summary>
internal sealed class TeeStream(Stream first, Stream second) : WriteOnlyStream
{
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        first.Write(buffer);
        second.Write(buffer);
    }

    public override void Flush()
    {
        first.Flush();
        second.Flush();
    }
}
