using System.Globalization;
using AzaleaOS.Sideloader.Statistics;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Writes every call of a unikernel to a file, from its first to its last.</summary>
internal sealed class TraceFileWriter : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    private readonly StreamWriter _output;
    private readonly TraceReader _reader;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <exception cref="CommandException">The file cannot be written.</exception>
    internal TraceFileWriter(string path, StatisticsFile file)
    {
        try
        {
            _output = new StreamWriter(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.NoInput($"--trace {path}: {e.Message}");
        }

        _reader = new TraceReader(file);
        _thread = new Thread(Run) { Name = "trace", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        if (_reader.Lost > 0)
            _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# {_reader.Lost} calls came faster than they were written and are missing"));
        _output.Dispose();
    }

    private void Run()
    {
        bool last;
        do
        {
            last = _stopping;
            _reader.Renew();
            while (_reader.TryRead(out TraceRecord record))
                _output.WriteLine(TraceText.Line(TraceText.Decode(ref record)));
            Thread.Sleep(s_pause);
        }
        while (!last);
    }
}
