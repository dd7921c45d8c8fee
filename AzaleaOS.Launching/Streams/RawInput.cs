using System.Runtime.InteropServices;

namespace AzaleaOS.Build.Streams;

/// <summary>Standard input without the console layer of .NET, which changes a terminal's settings and writes to it.</summary>
internal sealed class RawInput : Stream
{
    private const int StandardInput = 0;
    private const int Interrupted = 4;     // EINTR
    private const int ErrorInput = 5;      // EIO: the terminal hung up

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            nint count = ReadDescriptor(StandardInput, ref MemoryMarshal.GetReference(buffer), buffer.Length);
            if (count >= 0)
                return (int)count;
            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    break;
                case ErrorInput:
                    return 0;
                default:
                    throw new IOException($"standard input: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    private static extern nint ReadDescriptor(int descriptor, ref byte buffer, nint count);
}
