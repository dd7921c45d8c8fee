using System.CommandLine;
using System.Text;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Streams;
using AzaleaOS.Sideloader.Unikernels;
using Microsoft.Win32.SafeHandles;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader logs</c>: what a unikernel in the background wrote.</summary>
internal sealed class LogsCommand : Command
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly Argument<string> _id = CommonOptions.Unikernel();
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Wait for more until it ends." };
    private readonly Option<bool> _json = new("--json") { Description = "Print each line as a JSON object." };

    private LogsCommand()
        : base("logs", "Print what a unikernel that was started in the background wrote.")
    {
        Arguments.Add(_id);
        Options.Add(_follow);
        Options.Add(_json);
        SetAction((parsed, cancellation) => Task.Run(() => Reporting.Run(() => Print(parsed, cancellation)), CancellationToken.None));
    }

    internal static LogsCommand Create() => new();

    private int Print(ParseResult parsed, CancellationToken cancellation)
    {
        UnikernelDirectory home = StateDirectory.Open().Find(parsed.GetRequiredValue(_id));
        if (!File.Exists(home.LogFile))
            throw CommandException.NoInput($"{home.Id} runs in the foreground and has no log");

        using SafeFileHandle log = File.OpenHandle(home.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var reader = new LogReader(log);
        Stream output = parsed.GetValue(_json) ? new JsonLines(home.Id, RawOutput.Standard()) : RawOutput.Standard();
        bool follows = parsed.GetValue(_follow);
        while (true)
        {
            // Looked at before the log: what it wrote last is there then.
            bool more = follows && home.HasRecord && home.Read().IsActive;
            reader.CopyTo(output);
            if (!more)
                break;
            if (cancellation.WaitHandle.WaitOne(s_look))
                return ExitStatus.Interrupted;
        }

        output.Dispose();
        return ExitStatus.Success;
    }

    /// <summary>Makes a JSON object of each line.</summary>
    private sealed class JsonLines(string id, Stream to) : WriteOnlyStream
    {
        private readonly List<byte> _line = [];

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            foreach (byte b in buffer)
            {
                if (b == '\n')
                    End();
                else
                    _line.Add(b);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (_line.Count > 0)
                End();
            base.Dispose(disposing);
        }

        private void End()
        {
            byte[] json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new LogLine(id, Encoding.UTF8.GetString([.. _line])), SideloaderJson.Lines.LogLine);
            to.Write([.. json, (byte)'\n']);
            _line.Clear();
        }
    }
}
