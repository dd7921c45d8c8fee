using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Statistics;
using AzaleaOS.Sideloader.Unikernels;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Commands;

/// <summary>What is counted and traced, seen through a second mapping as another process would.</summary>
public sealed class StatisticsTests : IDisposable
{
    private readonly HostDirectory _host = new();
    private readonly StatisticsFile _written;
    private readonly StatisticsFile _read;

    public StatisticsTests()
    {
        string path = Path.Combine(_host.Outside, "statistics");
        StatisticsFile.Create(path, 2);
        (_written, _read) = (StatisticsFile.Open(path), StatisticsFile.Open(path));
        File.Delete(path);
    }

    public void Dispose()
    {
        _written.Dispose();
        _read.Dispose();
        _host.AssertOutsideUntouched();
        _host.Dispose();
    }

    [Fact]
    public void Calls_errors_and_bytes_are_counted_by_kind()
    {
        using var client = new OffloadClient(_host.Root, statistics: _written);
        Assert.NotNull(_read.Features);
        File.WriteAllText(_host["file"], "12345678");
        Assert.Equal(0, client.Call(OffloadedCall.Open, "file", 2, 0));
        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.Open, "none", 0, 0));
        Assert.Equal(5, client.Call((ushort)OffloadedCall.Read, [0], [], 5, out _));
        Assert.Equal(2, client.Call((ushort)OffloadedCall.Write, [0], [1, 2], 0, out _));

        Dictionary<ushort, CallTotals> calls = CallSnapshot.Take(_read).Calls.ToDictionary(call => call.Operation);
        Assert.Equal((2ul, 1ul, 0ul), (calls[(ushort)OffloadedCall.Open].Calls, calls[(ushort)OffloadedCall.Open].Errors, calls[(ushort)OffloadedCall.Open].Bytes));
        Assert.Equal((1ul, 5ul), (calls[(ushort)OffloadedCall.Read].Calls, calls[(ushort)OffloadedCall.Read].Bytes));
        Assert.Equal((1ul, 2ul), (calls[(ushort)OffloadedCall.Write].Calls, calls[(ushort)OffloadedCall.Write].Bytes));
        Assert.Equal(1ul, calls[(ushort)ChannelOperation.Hello].Calls);
        Assert.Equal(5ul, CallSnapshot.Take(_read).Buckets.Aggregate((sum, bucket) => sum + bucket));

        string metrics = MetricsText.Write(new UnikernelRecord { Id = "abc", Image = "a\"b\\c\n" }, _read);
        Assert.Contains("azalea_offload_calls_total{id=\"abc\",name=\"\",call=\"open\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("azalea_offload_errors_total{id=\"abc\",name=\"\",call=\"open\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("azalea_offload_bytes_total{id=\"abc\",name=\"\",direction=\"read\"} 5\n", metrics, StringComparison.Ordinal);
        Assert.Contains("azalea_offload_latency_seconds_count{id=\"abc\",name=\"\"} 5\n", metrics, StringComparison.Ordinal);
        Assert.Contains("program=\"a\\\"b\\\\c\\n\"", metrics, StringComparison.Ordinal);
        foreach (string line in metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Assert.Matches("""^(# (HELP|TYPE) azalea_\w+ .+|azalea_\w+\{(\w+="([^"\\]|\\.)*",?)*\} [0-9.E+-]+)$""", line);
    }

    [Fact]
    public void A_trace_shows_names_texts_results_and_errors_as_strace_does()
    {
        using var client = new OffloadClient(_host.Root, statistics: _written);
        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.Open, "before", 0, 0));
        var reader = new TraceReader(_read);
        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.Open, "no\nne", 0, 0));
        Assert.Equal(0, client.Call(OffloadedCall.Open, "file", 0x42, 0x1A4));
        Assert.Equal(3, client.Call((ushort)OffloadedCall.Write, [0], [.. "a\"b"u8], 0, out _));

        List<string> lines = [];
        while (reader.TryRead(out TraceRecord record))
            lines.Add(TraceText.Line(TraceText.Decode(ref record)));
        Assert.Equal(3, lines.Count);
        Assert.Matches("""^\[\d+\] open\("no\\nne", 0x0, 00\) = -1 ENOENT <0\.\d{6}>$""", lines[0]);
        Assert.Matches("""^\[\d+\] open\("file", 0x42, 0644\) = 0 <0\.\d{6}>$""", lines[1]);
        Assert.Matches("""^\[\d+\] write\(0, "a\\"b"\) = 3 <0\.\d{6}>$""", lines[2]);
        Assert.Equal(0, reader.Lost);
    }

    [Fact]
    public void Calls_that_come_faster_than_they_are_read_are_missing_and_counted()
    {
        using var client = new OffloadClient(_host.Root, statistics: _written);
        var reader = new TraceReader(_read);
        const int Calls = StatisticsLayout.TraceRecords + 1000;
        for (int i = 0; i < Calls; i++)
        {
            if (i % 1000 == 0)
                reader.Renew();
            client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _);
        }

        long read = 0;
        while (reader.TryRead(out TraceRecord record))
        {
            Assert.Equal((ushort)ChannelOperation.Ping, record.Operation);
            read++;
        }

        Assert.Equal(Calls, read + reader.Lost);
        Assert.InRange(read, StatisticsLayout.TraceRecords - 2, StatisticsLayout.TraceRecords);
    }

    [Fact]
    public void Without_a_reader_nothing_is_traced()
    {
        using var client = new OffloadClient(_host.Root, statistics: _written);
        client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _);
        Assert.Equal(0, _read.TraceCount);
    }

    [Fact]
    public void A_file_that_holds_no_counters_is_refused()
    {
        string path = _host["other"];
        File.WriteAllBytes(path, Encoding.ASCII.GetBytes(new string('x', 5000)));
        Assert.Throws<IOException>(() => StatisticsFile.Open(path));
        File.WriteAllBytes(path, []);
        Assert.Throws<IOException>(() => StatisticsFile.Open(path));
    }
}
