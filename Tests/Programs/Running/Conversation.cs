using System.Text;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Programs.Running;

/// <summary>What is typed at a program's terminal, and after which of its words.</summary>
internal sealed record Conversation(params (string After, string Typed)[] Steps);

/// <summary>The screen of a terminal: keeps what is written, and types when the words have come.</summary>
internal sealed class ConversationStream(Conversation conversation) : MemoryStream
{
    // Words are written a moment before the program listens.
    private static readonly TimeSpan s_reaction = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _more = new(false);
    private string _text = "";

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        byte[] bytes = buffer.ToArray();
        lock (_lock)
        {
            base.Write(bytes, 0, bytes.Length);
            _text = Encoding.Latin1.GetString(ToArray());
        }

        _more.Set();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Types at the kernel's console.</summary>
    internal void Type(Stream line)
    {
        var console = new ConsoleInput(line);
        Each(bytes => console.Write(bytes));
    }

    /// <summary>Types at a terminal of this host.</summary>
    internal void Type(Stream keyboard, Func<byte[], byte[]> change)
        => Each(bytes =>
        {
            keyboard.Write(change(bytes));
            keyboard.Flush();
        });

    private void Each(Action<byte[]> type)
    {
        int at = 0;
        foreach ((string after, string typed) in conversation.Steps)
        {
            long end = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
            int found;
            while ((found = Find(after, at)) < 0)
            {
                if (Environment.TickCount64 > end)
                    return;
                _more.WaitOne(100);
            }

            at = found + after.Length;
            Thread.Sleep(s_reaction);
            type(Encoding.Latin1.GetBytes(typed));
        }
    }

    private int Find(string words, int from)
    {
        lock (_lock)
            return _text.IndexOf(words, from, StringComparison.Ordinal);
    }
}
