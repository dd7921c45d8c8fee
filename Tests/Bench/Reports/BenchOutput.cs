using System.Globalization;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench.Reports;

/// <summary>Reads what the measuring programs print: a name and thousandths per line.</summary>
internal static class BenchOutput
{
    /// <summary>All lines of that form; others are somebody else's.</summary>
    internal static IReadOnlyList<Measurement> Parse(string output, string unit)
    {
        List<Measurement> measurements = [];
        foreach (string line in output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is [var name, var digits] && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long thousandths))
                measurements.Add(new Measurement(name, unit, thousandths / 1000.0));
        }

        return measurements;
    }

    /// <summary>The ticks of the kernel's line <c>boot: N ticks</c>.</summary>
    /// <exception cref="LaunchException">There is no such line.</exception>
    internal static Measurement ParseBoot(string log)
    {
        foreach (string line in log.Split('\n'))
        {
            if (line.Split(' ') is ["boot:", var ticks, "ticks"])
                return new Measurement("boot", Measurement.Instructions, double.Parse(ticks, CultureInfo.InvariantCulture));
        }

        throw new LaunchException("AZ7205", "the kernel did not say how long it took to boot", null, ExitStatus.Failure);
    }
}
