using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>Looks at one unikernel again and again, and tells what it did since the last look.</summary>
internal sealed class UseMeter : IDisposable
{
    private readonly StatisticsFile _file;
    private long _time = StatisticsFile.Now;
    private ProcessUse _emulator;
    private ProcessUse _daemon;
    private Sums _sums;

    internal UseMeter(UnikernelDirectory home)
    {
        UnikernelRecord record = home.Read();
        _file = StatisticsFile.Open(home.StatisticsFile);
        (_emulator, _daemon, _sums) = (ProcessUse.Of(record.Emulator), ProcessUse.Of(record.Daemon), Sum());
    }

    private readonly record struct Sums(ulong Calls, ulong Errors, ulong Nanoseconds, ulong Read, ulong Written);

    /// <summary>What it did since the last look.</summary>
    internal UnikernelUse Look(UnikernelRecord record)
    {
        (long time, ProcessUse emulator, ProcessUse daemon, Sums sums) = (StatisticsFile.Now, ProcessUse.Of(record.Emulator), ProcessUse.Of(record.Daemon), Sum());
        double seconds = Math.Max((time - _time) / 1e9, 1e-9);
        ulong calls = sums.Calls - _sums.Calls;
        var use = new UnikernelUse
        {
            Id = record.Id,
            Name = record.Name,
            Command = record.What,
            Cpus = record.Cpus,
            Processor = Math.Max((emulator.Processor - _emulator.Processor + daemon.Processor - _daemon.Processor).TotalSeconds / seconds, 0),
            Memory = record.Memory,
            Resident = emulator.Memory,
            CallsPerSecond = calls / seconds,
            ErrorsPerSecond = (sums.Errors - _sums.Errors) / seconds,
            Latency = calls == 0 ? null : (sums.Nanoseconds - _sums.Nanoseconds) / 1e3 / calls,
            ReadBytesPerSecond = (sums.Read - _sums.Read) / seconds,
            WrittenBytesPerSecond = (sums.Written - _sums.Written) / seconds,
        };
        (_time, _emulator, _daemon, _sums) = (time, emulator, daemon, sums);
        return use;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private Sums Sum()
    {
        Sums sums = default;
        foreach (CallTotals call in CallSnapshot.Take(_file).SystemCalls)
        {
            bool reads = CallMeter.IsRead((OffloadedCall)call.Operation);
            sums = new Sums(
                sums.Calls + call.Calls, sums.Errors + call.Errors, sums.Nanoseconds + call.Nanoseconds,
                sums.Read + (reads ? call.Bytes : 0), sums.Written + (reads ? 0 : call.Bytes));
        }

        return sums;
    }
}
