using System.Collections.Concurrent;
using System.Diagnostics;

namespace AzaleaOS.Build.Launching;

/// <summary>Why an emulator's process is no more.</summary>
internal enum ProcessEnding
{
    /// <summary>It ended by itself, or after the guest had sent its last word.</summary>
    Ended,

    /// <summary>Killed after the timeout.</summary>
    TimedOut,

    /// <summary>Killed because the caller cancelled.</summary>
    Cancelled,
}

/// <summary>Runs one emulator process and leaves nothing of it behind.</summary>
/// <remarks>
/// The process and its children are killed on timeout, on cancellation and on any exception. Where setpriv(1) exists
/// the kernel kills it too if this process dies without a chance to clean up: the parent-death signal is tied to the
/// thread that started the child, so <see cref="Run"/> starts it and waits for it on one thread.
/// </remarks>
internal sealed class EmulatorProcess
{
    /// <summary>How long a machine may take to power off after the guest said that it had finished.</summary>
    private static readonly TimeSpan s_powerOffGrace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_drainGrace = TimeSpan.FromSeconds(10);

    /// <summary>Chunks of output that wait for a slow reader of ours, before the guest has to wait as well.</summary>
    private const int MostChunks = 4096;

    private readonly ManualResetEventSlim _guestDone = new();
    private readonly ManualResetEventSlim _guestListens = new();

    /// <summary>The program.</summary>
    internal required string FileName { get; init; }

    /// <summary>Its arguments.</summary>
    internal required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Its working directory; null for ours.</summary>
    internal string? WorkingDirectory { get; init; }

    /// <summary>Environment variables to set.</summary>
    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Takes its standard output, as it comes; called on one thread.</summary>
    internal required Action<ReadOnlySpan<byte>> OnOutput { get; init; }

    /// <summary>Takes the lines of its standard error; called on one thread.</summary>
    internal required Action<string> OnErrorLine { get; init; }

    /// <summary>Writes to its standard input until there is nothing more, on a thread of its own, once <see cref="GuestIsListening"/> was called; null: there is nothing.</summary>
    internal Action<Stream>? Input { get; init; }

    /// <summary>Whether it gets a session of its own.</summary>
    internal bool OwnSession { get; init; }

    /// <summary>Gets its number when it was started.</summary>
    internal Action<int>? Started { get; init; }

    /// <summary>Null for no limit.</summary>
    internal TimeSpan? Timeout { get; init; }

    /// <summary>Says that the guest has finished: the process is killed if it does not end soon.</summary>
    internal void GuestIsDone() => _guestDone.Set();

    /// <summary>Says that the guest hears from now on.</summary>
    internal void GuestIsListening() => _guestListens.Set();

    /// <summary>Starts the process and waits for its end.</summary>
    internal (ProcessEnding Ending, int ExitCode) Run(CancellationToken cancellation)
    {
        using Process process = Start();
        try
        {
            Started?.Invoke(process.Id);
            if (Input is null)
                process.StandardInput.Close();
            else
                StartInput(Input, process.StandardInput.BaseStream);
            Exception? failure = null;
            using var chunks = new BlockingCollection<byte[]>(MostChunks);
            Thread reader = StartReader("emulator output", () => Read(process.StandardOutput.BaseStream, chunks), process, e => failure ??= e);
            Thread output = StartReader("output of the run", () => Deliver(chunks, process), process, e => failure ??= e);
            Thread errors = StartReader("emulator errors", () => PumpErrors(process.StandardError), process, e => failure ??= e);
            ProcessEnding ending = Wait(process, cancellation);
            if (ending != ProcessEnding.Ended)
                Kill(process);
            process.WaitForExit();
            reader.Join(s_drainGrace);
            output.Join(s_drainGrace);
            errors.Join(s_drainGrace);
            if (failure is not null)
                throw failure;
            return (ending, process.ExitCode);
        }
        finally
        {
            Kill(process);
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo
        {
            FileName = FileName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = WorkingDirectory ?? "",
        };
        List<string> words = [];
        if (HostTools.Default.FindProgram("setpriv") is { } setpriv)
            words.AddRange([setpriv, "--pdeathsig", "KILL"]);
        // A child leads no process group, so setsid needs no process of its own.
        if (OwnSession && HostTools.Default.FindProgram("setsid") is { } setsid)
            words.Add(setsid);
        words.AddRange([FileName, .. Arguments]);
        start.FileName = words[0];
        foreach (string word in words.Skip(1))
            start.ArgumentList.Add(word);
        foreach ((string name, string value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private ProcessEnding Wait(Process process, CancellationToken cancellation)
    {
        using var exited = new ManualResetEvent(false);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) =>
        {
            try
            {
                exited.Set();
            }
            catch (ObjectDisposedException)
            {
                // The wait is over and nobody listens any more.
            }
        };
        if (process.HasExited)
            return ProcessEnding.Ended;

        WaitHandle[] events = [exited, cancellation.WaitHandle, _guestDone.WaitHandle];
        switch (WaitHandle.WaitAny(events, Timeout ?? System.Threading.Timeout.InfiniteTimeSpan))
        {
            case 0:
                return ProcessEnding.Ended;
            case 1:
                return ProcessEnding.Cancelled;
            case 2:
                if (!exited.WaitOne(s_powerOffGrace))
                    Kill(process);
                return ProcessEnding.Ended;
            default:
                return ProcessEnding.TimedOut;
        }
    }

    /// <summary>Takes what comes at once: a guest whose serial line is stuck for long takes the port for broken.</summary>
    private static void Read(Stream stream, BlockingCollection<byte[]> chunks)
    {
        try
        {
            byte[] buffer = new byte[64 * 1024];
            int count;
            while ((count = stream.Read(buffer)) > 0)
                chunks.Add(buffer[..count]);
        }
        finally
        {
            chunks.CompleteAdding();
        }
    }

    private void Deliver(BlockingCollection<byte[]> chunks, Process process)
    {
        try
        {
            foreach (byte[] chunk in chunks.GetConsumingEnumerable())
                OnOutput(chunk);
        }
        catch
        {
            // The other thread must not wait for room that nobody makes any more.
            Kill(process);
            foreach (byte[] _ in chunks.GetConsumingEnumerable())
            {
            }

            throw;
        }
    }

    private void StartInput(Action<Stream> input, Stream stream)
    {
        // In the background: it may wait for a key that nobody presses any more.
        var thread = new Thread(() =>
        {
            try
            {
                _guestListens.Wait();
                input(stream);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The emulator has gone, and with it the reader.
            }
        })
        {
            Name = "input of the run",
            IsBackground = true,
        };
        thread.Start();
    }

    private void PumpErrors(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
            OnErrorLine(line);
    }

    private static Thread StartReader(string name, Action body, Process process, Action<Exception> report)
    {
        var thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                // The reader of our own output went away, or its disk is full: no use in going on.
                report(e);
                Kill(process);
            }
        })
        {
            Name = name,
            IsBackground = true,
        };
        thread.Start();
        return thread;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // Already gone.
        }
    }
}
