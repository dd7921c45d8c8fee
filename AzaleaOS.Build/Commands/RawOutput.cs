using System.Runtime.InteropServices;

namespace AzaleaOS.Build.Commands;

/// <summary>The reader of our standard output has gone.</summary>
internal sealed class BrokenPipeException() : IOException("the reader of standard output went away");

/// <summary>
/// Standard output without a text layer. .NET's own stream takes a closed pipe for success, so that
/// <c>azalea run ... | head</c> would keep a machine running that nobody listens to.
/// </summary>
internal sealed class RawOutput : Stream
{
    private const int StandardOutput = 1;
    private const int Interrupted = 4;     // EINTR
    private const int TryAgain = 11;       // EAGAIN
    private const int BrokenPipe = 32;     // EPIPE

    /// <summary>The stream for this host.</summary>
    internal static Stream Standard() => OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new RawOutput();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = WriteDescriptor(StandardOutput, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    break;
                case TryAgain:
                    Thread.Sleep(1);
                    break;
                case BrokenPipe:
                    throw new BrokenPipeException();
                default:
                    throw new IOException($"standard output: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint WriteDescriptor(int descriptor, in byte buffer, nint count);
}
