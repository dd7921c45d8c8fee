using System.Globalization;
using System.Text;
using AzaleaOS.Abi;

namespace AzaleaOS.Build.Launching;

/// <summary>Writes what a guest's console hears, in the shape that the kernel understands.</summary>
/// <remarks>Keys and window sizes come from different threads; each piece is written as a whole.</remarks>
public sealed class ConsoleInput(Stream line)
{
    private readonly Lock _lock = new();

    /// <summary>A whole input, and its end: what a pipe is.</summary>
    public static Action<Stream> From(Stream source) => line =>
    {
        var input = new ConsoleInput(line);
        byte[] buffer = new byte[16 * 1024];
        int count;
        while ((count = source.Read(buffer)) > 0)
            input.Write(buffer.AsSpan(0, count));
        input.End();
    };

    /// <summary>Bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            int separator;
            while ((separator = bytes.IndexOf(ConsoleFraming.Separator)) >= 0)
            {
                line.Write(bytes[..(separator + 1)]);
                line.WriteByte(ConsoleFraming.Separator);
                bytes = bytes[(separator + 1)..];
            }

            line.Write(bytes);
            line.Flush();
        }
    }

    /// <summary>The end of the input.</summary>
    public void End() => WriteCommand([ConsoleFraming.Separator, ConsoleFraming.EndOfInput]);

    /// <summary>The terminal's size has changed.</summary>
    public void Resize(int columns, int rows)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"{columns}x{rows}\n");
        WriteCommand([ConsoleFraming.Separator, ConsoleFraming.WindowChange, .. Encoding.ASCII.GetBytes(size)]);
    }

    private void WriteCommand(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            line.Write(bytes);
            line.Flush();
        }
    }
}
