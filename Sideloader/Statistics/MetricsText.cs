using System.Globalization;
using System.Text;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>A unikernel's counters in the text form that Prometheus and OpenTelemetry's collector read, version 0.0.4.</summary>
internal static class MetricsText
{
    internal const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>All of them.</summary>
    internal static string Write(UnikernelRecord record, StatisticsFile file)
    {
        var text = new StringBuilder();
        string who = $"id=\"{record.Id}\",name=\"{record.Name}\"";
        CallSnapshot snapshot = CallSnapshot.Take(file);
        ProcessUse emulator = ProcessUse.Of(record.Emulator);
        ProcessUse daemon = ProcessUse.Of(record.Daemon);

        Head(text, "azalea_info", "gauge", "What runs.");
        Line(text, "azalea_info", $"{who},program=\"{Escape(record.Program ?? record.Image)}\"", 1);
        Gauge(text, who, "azalea_cores", "Cores of the unikernel.", record.Cpus);
        Gauge(text, who, "azalea_memory_bytes", "Memory of the unikernel.", record.Memory);
        Gauge(text, who, "azalea_memory_resident_bytes", "Memory of the machine's process on the host.", emulator.Memory);
        Gauge(text, who, "azalea_start_time_seconds", "When it was started, since 1970.", record.Created.ToUnixTimeMilliseconds() / 1e3);
        Head(text, "azalea_cpu_seconds_total", "counter", "Processor time on the host.");
        Line(text, "azalea_cpu_seconds_total", who + ",process=\"machine\"", emulator.Processor.TotalSeconds);
        Line(text, "azalea_cpu_seconds_total", who + ",process=\"daemon\"", daemon.Processor.TotalSeconds);

        PerCall(text, who, snapshot, "azalea_offload_calls_total", "Requests that were carried out.", call => call.Calls);
        PerCall(text, who, snapshot, "azalea_offload_errors_total", "Requests whose result was an error.", call => call.Errors);
        PerCall(text, who, snapshot, "azalea_offload_call_seconds_total", "Time that requests took at the daemon.", call => call.Nanoseconds / 1e9);
        Head(text, "azalea_offload_bytes_total", "counter", "Bytes that calls moved.");
        Line(text, "azalea_offload_bytes_total", who + ",direction=\"read\"", Sum(snapshot, CallMeter.IsRead));
        Line(text, "azalea_offload_bytes_total", who + ",direction=\"write\"", Sum(snapshot, CallMeter.IsWrite));
        Head(text, "azalea_offload_copied_bytes_total", "counter", "Bytes that were copied beside the host kernel's own copy.");
        Line(text, "azalea_offload_copied_bytes_total", who + ",what=\"data\",by=\"daemon\"", snapshot.CopiedData);
        Line(text, "azalea_offload_copied_bytes_total", who + ",what=\"names\",by=\"daemon\"", snapshot.CopiedOther);
        Line(text, "azalea_offload_copied_bytes_total", who + ",what=\"data\",by=\"unikernel\"", file.CopiedByUnikernel);
        Histogram(text, who, snapshot);
        return text.ToString();
    }

    private static double Sum(CallSnapshot snapshot, Func<OffloadedCall, bool> kind) =>
        snapshot.SystemCalls.Where(call => kind((OffloadedCall)call.Operation)).Sum(call => (double)call.Bytes);

    private static void PerCall(StringBuilder text, string who, CallSnapshot snapshot, string name, string help, Func<CallTotals, double> value)
    {
        Head(text, name, "counter", help);
        foreach (CallTotals call in snapshot.Calls)
            Line(text, name, $"{who},call=\"{RequestNames.Find(call.Operation).TrimStart('#')}\"", value(call));
    }

    private static void Histogram(StringBuilder text, string who, CallSnapshot snapshot)
    {
        const string Name = "azalea_offload_latency_seconds";
        Head(text, Name, "histogram", "Time of a request at the daemon.");
        double count = 0;
        for (int bucket = 0; bucket < StatisticsLayout.Buckets - 1; bucket++)
        {
            count += snapshot.Buckets[bucket];
            // Less than a quarter of a microsecond is not told apart.
            if (bucket >= 8)
                Line(text, Name + "_bucket", $"{who},le=\"{Number(Math.ScaleB(1e-9, bucket))}\"", count);
        }

        count += snapshot.Buckets[^1];
        Line(text, Name + "_bucket", who + ",le=\"+Inf\"", count);
        Line(text, Name + "_sum", who, snapshot.Calls.Sum(call => (double)call.Nanoseconds) / 1e9);
        Line(text, Name + "_count", who, count);
    }

    private static void Gauge(StringBuilder text, string who, string name, string help, double value)
    {
        Head(text, name, "gauge", help);
        Line(text, name, who, value);
    }

    private static void Head(StringBuilder text, string name, string kind, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {kind}\n");

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {Number(value)}\n");

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
