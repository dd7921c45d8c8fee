namespace AzaleaOS.Build.Launching;

/// <summary>A stream whose writes do not mix with those of others that hold the same lock.</summary>
internal sealed class LockedStream(Stream inner, Lock gate) : WriteOnlyStream
{
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (gate)
            inner.Write(buffer);
    }

    public override void Flush()
    {
        lock (gate)
            inner.Flush();
    }
}
