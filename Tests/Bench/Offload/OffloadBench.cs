using System.Diagnostics;
using System.Runtime.InteropServices;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Bench.Offload;

/// <summary>What a system call costs through the offload channel, in units of the same call made directly.</summary>
/// <param name="work">A folder for a file and a socket.</param>
/// <param name="note">Takes lines of progress.</param>
/// <remarks>
/// Two processes that poll, so two cores that nobody else uses are needed. Each figure is the best of many windows: what the
/// machine can do when nothing else runs in between. Ratios, because times are this machine's; but what it takes to wake the other
/// process, and be woken, has nothing to be compared with, and is in microseconds.
/// </remarks>
internal sealed class OffloadBench(string work, Action<string> note)
{
    private const int Windows = 1000;
    private const int SmallRead = 4096;

    /// <summary>Measures everything.</summary>
    internal IReadOnlyList<Measurement> Run(CancellationToken cancellation)
    {
        Directory.CreateDirectory(work);
        note("calls of the libOS in QEMU, counting instructions");
        IReadOnlyList<Measurement> instructions = new CallCost(work).Measure(cancellation);
        return [.. Ratios(cancellation), .. instructions];
    }

    private unsafe IReadOnlyList<Measurement> Ratios(CancellationToken cancellation)
    {
        string root = Path.Combine(work, "root");
        string socket = Path.Combine(Path.GetTempPath(), $"azalea-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(root);
        string path = Path.Combine(root, "data");
        File.WriteAllBytes(path, new byte[ChannelDriver.MaxData]);
        List<Measurement> all = [];

        note("starting the peer that polls");
        using (var peer = new OffloadPeer(socket, root, OffloadPeer.Polling, cancellation))
        {
            using var driver = new ChannelDriver(socket, sleeps: false);
            using FileStream file = File.OpenRead(path);
            int descriptor = (int)file.SafeFileHandle.DangerousGetHandle();
            // At the start of a page, as the channel's data: at the start of a cache line a copy takes less.
            void* buffer = NativeMemory.AlignedAlloc(ChannelDriver.MaxData, (nuint)Environment.SystemPageSize);
            new Span<byte>(buffer, ChannelDriver.MaxData).Clear();

            note("a call that does nothing");
            // Right before: where a virtual machine's cores are changes.
            double exchange = Exchange(cancellation);
            double ownNull = Best(200, NativeCalls.Null, cancellation);
            driver.Prepare((ushort)ChannelOperation.Ping, [], [], 0);
            driver.Expect(0);
            double offloadedNull = Best(200, driver.Call, cancellation);

            driver.Prepare((ushort)OffloadedCall.Open, [4, 0, 0], "data"u8, 0);
            driver.Expect(0);
            all.AddRange(
            [
                new("offload-null", Measurement.Ratio, offloadedNull / ownNull),
                new("offload-null-beyond-exchange", Measurement.Ratio, (offloadedNull - exchange) / ownNull),
                new("offload-pread-4k", Measurement.Ratio, Read(SmallRead, 50)),
                new("offload-pread-1m", Measurement.Ratio, Read(ChannelDriver.MaxData, 2)),
            ]);
            NativeMemory.AlignedFree(buffer);

            double Read(int bytes, int calls)
            {
                note($"pread of {bytes} bytes");
                double own = Best(calls, () => Check(NativeCalls.Read(descriptor, buffer, (nuint)bytes, 0), bytes), cancellation);
                driver.Prepare((ushort)OffloadedCall.PRead, [0, 0, 0, 0], [], bytes);
                driver.Expect(bytes);
                double offloaded = Best(calls, driver.Call, cancellation);
                Check((nint)driver.Result, bytes);
                return offloaded / own;
            }
        }

        note("starting the peer that sleeps");
        using (var peer = new OffloadPeer(socket, root, TimeSpan.Zero, cancellation))
        {
            using var driver = new ChannelDriver(socket, sleeps: true);
            driver.Prepare((ushort)ChannelOperation.Ping, [], [], 0);
            driver.Expect(0);
            all.Add(new("offload-null-sleeping", "microseconds", Best(20, driver.Call, cancellation) / Stopwatch.Frequency * 1e6));
        }

        return all;
    }

    private static double Exchange(CancellationToken cancellation)
    {
        using var exchange = new CacheLineExchange();
        return Best(200, exchange.Ask, cancellation);
    }

    private static void Check(nint result, int expected)
    {
        if (result != expected)
            throw new IOException($"a read gave {result} bytes of {expected}, {Libc.LastError}");
    }

    /// <summary>Ticks of a call, in the best of all windows.</summary>
    private static double Best(int calls, Action call, CancellationToken cancellation)
    {
        long best = long.MaxValue;
        for (int window = 0; window < Windows; window++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
                call();
            best = Math.Min(best, Stopwatch.GetTimestamp() - start);
        }

        return (double)best / calls;
    }
}
