using System.Runtime.InteropServices;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Streams;

/// <summary>The reader of our standard output has gone.</summary>
internal sealed class BrokenPipeException() : IOException("the reader of standard output went away");

/// <summary>
/// Standard output without a text layer. .NET's own stream takes a closed pipe for success, so that
/// <c>azalea run ... | head</c> would keep a machine running that nobody listens to; and it sends a terminal control
/// sequences before the first byte.
/// </summary>
/// <param name="descriptor">Where the bytes go.</param>
/// <param name="isNeeded">Whether it matters that nobody reads them any more.</param>
internal sealed class RawOutput(int descriptor = RawOutput.StandardOutput, bool isNeeded = true) : WriteOnlyStream
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;
    private const int Interrupted = 4;     // EINTR
    private const int TryAgain = 11;       // EAGAIN
    private const int BrokenPipe = 32;     // EPIPE

    /// <summary>The stream for this host.</summary>
    internal static Stream Standard() => OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new RawOutput();

    /// <summary>Standard error, which may be closed.</summary>
    internal static Stream Error() => OperatingSystem.IsWindows() ? Console.OpenStandardError() : new RawOutput(StandardError, isNeeded: false);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = WriteDescriptor(descriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
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
                case BrokenPipe when !isNeeded:
                    return;
                case BrokenPipe:
                    throw new BrokenPipeException();
                default:
                    throw new IOException($"standard output: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint WriteDescriptor(int descriptor, in byte buffer, nint count);
}
