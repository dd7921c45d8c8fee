using System.Globalization;
using System.Text;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>Writes traced calls as strace does.</summary>
internal static unsafe class TraceText
{
    private const int MostShown = 64;
    private const int MostError = 4095;

    /// <summary>Takes a record apart.</summary>
    internal static TracedCall Decode(ref TraceRecord record)
    {
        string? error = record.Result is < 0 and >= -MostError ? Encoding.ASCII.GetString(ErrnoNames.Find((int)-record.Result)) : null;
        return new TracedCall(
            record.Start / 1e9, record.Thread, record.Queue, RequestNames.Find(record.Operation), Arguments(ref record), record.Result, error, record.Duration / 1e3);
    }

    /// <summary>One line: thread, call, result, time.</summary>
    internal static string Line(TracedCall call)
    {
        string result = call.Error is null ? call.Result.ToString(CultureInfo.InvariantCulture) : $"-1 {call.Error}";
        return string.Create(CultureInfo.InvariantCulture, $"[{call.Thread}] {call.Call}({string.Join(", ", call.Arguments)}) = {result} <{call.Microseconds / 1e6:F6}>");
    }

    private static string[] Arguments(ref TraceRecord record)
    {
        string kinds = RequestNames.Arguments(record.Operation);
        var words = new List<string>();
        int text = 0;
        for (int i = 0; i < Math.Min(kinds.Length, RequestHeader.MaxArguments); i++)
        {
            long value = record.Arguments[i];
            switch (kinds[i])
            {
                case 's':
                    words.Add(value < 0 ? "NULL" : Quote(ref record, text, value));
                    text += (int)Math.Clamp(value, 0, TraceRecord.MostText);
                    break;
                // Bytes to write follow the texts up to the end of the request; buffers to fill have no address here.
                case 'b' or 'p' when IsWrite(record.Operation) && i == 1:
                    words.Add(Quote(ref record, text, Math.Max(record.Result, 0)));
                    break;
                case 'p':
                    words.Add("...");
                    break;
                case 'f':
                    words.Add((int)value == AtFlags.WorkingDirectory ? "AT_FDCWD" : Number((int)value));
                    break;
                case 'o':
                    words.Add("0" + Convert.ToString(value, 8));
                    break;
                case 'x':
                    words.Add("0x" + value.ToString("x", CultureInfo.InvariantCulture));
                    break;
                case 'u' when IsTransfer(record.Operation) && i == 2:
                    // The length is that of the request's part, which the header does not say again.
                    break;
                default:
                    words.Add(Number(value));
                    break;
            }
        }

        if (record.Operation is (ushort)ChannelOperation.Exit or (ushort)ChannelOperation.Cancel or (ushort)ChannelOperation.Log)
            words.Add(Number(record.Arguments[0]));
        return [.. words];
    }

    private static bool IsWrite(ushort operation) => CallMeter.IsWrite((OffloadedCall)operation);

    private static bool IsTransfer(ushort operation) => IsWrite(operation) || CallMeter.IsRead((OffloadedCall)operation);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Quote(ref TraceRecord record, int start, long length)
    {
        fixed (byte* text = record.Text)
        {
            int there = Math.Max(Math.Min((int)Math.Min(length, MostShown), Math.Min(record.TextLength, (ushort)TraceRecord.MostText) - start), 0);
            var line = new StringBuilder("\"");
            foreach (byte b in new ReadOnlySpan<byte>(text + start, there))
            {
                line.Append(b switch
                {
                    (byte)'\n' => "\\n",
                    (byte)'\t' => "\\t",
                    (byte)'\r' => "\\r",
                    (byte)'"' => "\\\"",
                    (byte)'\\' => "\\\\",
                    >= 0x20 and < 0x7F => ((char)b).ToString(),
                    _ => $"\\x{b:x2}",
                });
            }

            return line.Append(there < length ? "\"..." : "\"").ToString();
        }
    }
}
