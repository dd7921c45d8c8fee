using Microsoft.Win32.SafeHandles;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Reads a log from its first whole line on, again and again.</summary>
internal sealed class LogReader(SafeFileHandle file)
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private long _place;

    /// <summary>Copies what there is.</summary>
    internal void CopyTo(Stream output)
    {
        while (true)
        {
            long first = LogFile.FirstByte(file, _place);
            bool isCut = first > _place;
            int count = RandomAccess.Read(file, _buffer, first);
            _place = first + count;
            if (count == 0)
                return;

            // Behind what was cut off the rest of a line comes first.
            ReadOnlySpan<byte> found = _buffer.AsSpan(0, count);
            output.Write(isCut ? found[(found.IndexOf((byte)'\n') + 1)..] : found);
        }
    }
}
