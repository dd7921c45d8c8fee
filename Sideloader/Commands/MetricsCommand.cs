using System.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Statistics;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader metrics</c>: the counters of a unikernel in Prometheus's text form.</summary>
internal sealed class MetricsCommand : Command
{
    private readonly Argument<string> _id = CommonOptions.Unikernel();

    private MetricsCommand()
        : base("metrics", "Print the counters of a unikernel in the text form of Prometheus and OpenTelemetry; its metrics.sock answers GET /metrics with the same.")
    {
        Arguments.Add(_id);
        SetAction(parsed => Reporting.Run(() =>
        {
            UnikernelDirectory home = StateDirectory.Open().Find(parsed.GetRequiredValue(_id));
            using StatisticsFile file = StatisticsFile.Open(home.StatisticsFile);
            Console.Write(MetricsText.Write(home.Read(), file));
            return ExitStatus.Success;
        }));
    }

    internal static MetricsCommand Create() => new();
}
