using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace AzaleaOS.Build.Launching;

/// <summary>
/// Keeps what firmware and boot loader say on the serial line apart from the guest: everything up to the line
/// <see cref="ConsoleParser.BootMarker"/> that our GRUB configuration writes last.
/// </summary>
/// <remarks>
/// If the marker never comes, a kernel record shows that a kernel spoke all the same (an ISO that others made): then
/// nothing is taken away. If that does not come either, the text is the boot loader's complaint.
/// </remarks>
internal sealed partial class BootTextFilter(ConsoleParser next)
{
    /// <summary>GRUB ends its lines on a serial terminal with LF CR.</summary>
    private static readonly byte[] s_marker = Encoding.ASCII.GetBytes(ConsoleParser.BootMarker + "\n\r");

    private readonly List<byte> _held = [];
    private bool _open;

    /// <summary>Takes the next bytes of the line, cut anywhere.</summary>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        if (_open)
        {
            next.Write(bytes);
            return;
        }

        _held.AddRange(bytes);
        ReadOnlySpan<byte> held = CollectionsMarshal.AsSpan(_held);
        int marker = held.IndexOf(s_marker);
        if (marker >= 0)
            Open(held[(marker + s_marker.Length)..]);
        else if (held.Contains(ConsoleParser.RecordSeparator))
            Open(held);
    }

    /// <summary>The line is closed. Returns the lines of a boot loader that never started a kernel.</summary>
    internal IReadOnlyList<string> Complete()
    {
        if (_open)
            return [];
        string text = ControlSequence().Replace(Encoding.Latin1.GetString([.. _held]), "\n");
        return [.. text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    private void Open(ReadOnlySpan<byte> rest)
    {
        _open = true;
        next.Write(rest);
        _held.Clear();
    }

    [GeneratedRegex(@"\x1B\[[0-9;=?]*[A-Za-z]")]
    private static partial Regex ControlSequence();
}
