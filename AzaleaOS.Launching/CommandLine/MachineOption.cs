using System.CommandLine;
using System.Globalization;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.CommandLine;

/// <summary>The options of a machine that every command has which starts one.</summary>
internal static class MachineOption
{
    private const double LongestSeconds = 1e6;

    /// <summary><c>--cpus</c>: 1 if it is not given.</summary>
    /// <param name="most">The largest number that is accepted.</param>
    internal static Option<int> Cpus(int most = int.MaxValue) => new("--cpus")
    {
        Description = "Cores of the machine.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        CustomParser = result => OptionValue.Parse<int>(
            result,
            (string text, out int cpus) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out cpus) && cpus > 0 && cpus <= most,
            most == int.MaxValue ? "a number of cores, 1 or more" : $"a number of cores from 1 to {most}"),
    };

    /// <summary><c>--mem</c>: 256 MiB if it is not given.</summary>
    internal static Option<MemorySize> Memory() => new("--mem")
    {
        Description = "Memory of the machine: 64M, 16G.",
        HelpName = "SIZE",
        DefaultValueFactory = _ => MemorySize.Mebibytes(256),
        CustomParser = result => OptionValue.Parse<MemorySize>(result, MemorySize.TryParse, "an amount of memory such as 64M or 16G"),
    };

    /// <summary><c>--accel</c>.</summary>
    /// <param name="preset">What it is if it is not given.</param>
    internal static Option<Accelerator> Accel(Accelerator preset) => new("--accel")
    {
        Description = "tcg, kvm, or auto (KVM if a test boot of it works).",
        HelpName = "NAME",
        DefaultValueFactory = _ => preset,
        CustomParser = result => OptionValue.Parse<Accelerator>(
            result,
            static (string text, out Accelerator accelerator) => Enum.TryParse(text, ignoreCase: true, out accelerator) && Enum.IsDefined(accelerator) && !char.IsAsciiDigit(text[0]),
            "one of tcg, kvm, auto"),
    };

    /// <summary><c>--timeout</c>, in seconds.</summary>
    internal static Option<double?> Timeout() => new("--timeout")
    {
        Description = "Stop the machine after this many seconds; the status is then 124.",
        HelpName = "S",
        CustomParser = result => OptionValue.Parse<double?>(
            result,
            static (string text, out double? seconds) =>
            {
                bool valid = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is > 0 and < LongestSeconds;
                seconds = value;
                return valid;
            },
            "a number of seconds, more than 0"),
    };
}
