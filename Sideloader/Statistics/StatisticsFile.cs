using System.Diagnostics;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Native;
using Microsoft.Win32.SafeHandles;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>Counters and trace of a daemon in a file that it and its readers share, so that to read them asks nothing of the daemon.</summary>
internal sealed unsafe class StatisticsFile : IDisposable
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const ulong Greeted = 1UL << 63;

    private readonly MappedFile _map;

    private StatisticsFile(MappedFile map, int queues) => (_map, QueueCount) = (map, queues);

    /// <summary>Queues, the one for control included.</summary>
    internal int QueueCount { get; }

    /// <summary>What was agreed on with the unikernel; null before that.</summary>
    internal ChannelFeatures? Features
    {
        get
        {
            ulong value = Volatile.Read(ref *(ulong*)(Start + StatisticsLayout.Greeting));
            return (value & Greeted) == 0 ? null : (ChannelFeatures)(value & ~Greeted);
        }
        set => Volatile.Write(ref *(ulong*)(Start + StatisticsLayout.Greeting), value is { } features ? (ulong)features | Greeted : 0);
    }

    /// <summary>Bytes of data that the unikernel says, at its end, that it copied itself.</summary>
    internal ref ulong CopiedByUnikernel => ref *(ulong*)(Start + StatisticsLayout.CopiedByUnikernel);

    /// <summary>The time of the monotonic clock, in nanoseconds, until which calls are traced.</summary>
    internal long TraceUntil
    {
        get => Volatile.Read(ref *(long*)(Start + StatisticsLayout.TraceUntil));
        set => Volatile.Write(ref *(long*)(Start + StatisticsLayout.TraceUntil), value);
    }

    /// <summary>How many calls were traced.</summary>
    internal ref long TraceCount => ref *(long*)(Start + StatisticsLayout.TraceCount);

    private byte* Start => _map.Start;

    /// <summary>Nanoseconds of CLOCK_MONOTONIC, which all processes share.</summary>
    internal static long Now => Stopwatch.GetTimestamp();

    /// <summary>Makes the file.</summary>
    internal static void Create(string path, int queues)
    {
        using SafeFileHandle file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = PrivateFile, BufferSize = 0 }).SafeFileHandle;
        Span<byte> head = stackalloc byte[StatisticsLayout.Queues + sizeof(ulong)];
        BitConverter.TryWriteBytes(head[StatisticsLayout.Magic..], StatisticsLayout.MagicNumber);
        BitConverter.TryWriteBytes(head[StatisticsLayout.Queues..], (ulong)queues);
        RandomAccess.Write(file, head, 0);
        RandomAccess.SetLength(file, StatisticsLayout.BytesFor(queues));
    }

    /// <summary>Maps the file.</summary>
    /// <exception cref="IOException">It is none, or not there any more.</exception>
    internal static StatisticsFile Open(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> head = stackalloc byte[StatisticsLayout.Queues + sizeof(ulong)];
        int read = RandomAccess.Read(file, head, 0);
        ulong queues = read == head.Length ? BitConverter.ToUInt64(head[StatisticsLayout.Queues..]) : 0;
        bool valid = read == head.Length && BitConverter.ToUInt64(head[StatisticsLayout.Magic..]) == StatisticsLayout.MagicNumber
            && queues is > 0 and <= 1 + ChannelProtocol.MaxCores && RandomAccess.GetLength(file) == StatisticsLayout.BytesFor((int)queues);
        if (!valid)
            throw new IOException($"{path} does not hold counters");
        return new StatisticsFile(MappedFile.Map((int)file.DangerousGetHandle(), 0, (ulong)StatisticsLayout.BytesFor((int)queues)), (int)queues);
    }

    /// <summary>The block of a queue.</summary>
    internal ulong* Queue(int queue) => (ulong*)(Start + StatisticsLayout.QueueOffset(queue));

    /// <summary>The place of the traced call with this number.</summary>
    internal TraceRecord* Trace(long number) =>
        (TraceRecord*)(Start + StatisticsLayout.QueueOffset(QueueCount)) + (number & (StatisticsLayout.TraceRecords - 1));

    /// <inheritdoc/>
    public void Dispose() => _map.Release();
}
