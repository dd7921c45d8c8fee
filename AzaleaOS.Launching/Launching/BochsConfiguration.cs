using System.Globalization;

namespace AzaleaOS.Build.Launching;

/// <summary>What one Bochs run needs from the host.</summary>
/// <param name="Rom">The BIOS.</param>
/// <param name="VgaRom">The BIOS of the screen.</param>
/// <param name="DisplayLibrary">Bochs's name of the library that shows the screen.</param>
/// <param name="SerialPort">The TCP port of 127.0.0.1 that listens for the serial line.</param>
internal sealed record BochsHost(string Rom, string VgaRom, string DisplayLibrary, int SerialPort);

/// <summary>Fills the template <c>iso/bochsrc</c>.</summary>
internal static class BochsConfiguration
{
    /// <summary>Bochs's newest processor with AVX-512 that knows no more than the tests expect.</summary>
    internal const string DefaultCpu = "corei7_skylake_x";

    /// <summary>The configuration file; the CD image is <c>boot.iso</c> in the working directory.</summary>
    internal static string For(MachineDescription machine, BochsHost host)
    {
        string count = machine.Topology is { } topology
            ? string.Create(CultureInfo.InvariantCulture, $"{topology.Sockets}:{topology.Cores}:{topology.Threads}")
            : machine.Cpus.ToString(CultureInfo.InvariantCulture);
        string text = Templates.Read("bochsrc")
            .Replace("@DISPLAY@", host.DisplayLibrary, StringComparison.Ordinal)
            .Replace("@CPU@", machine.CpuModel ?? DefaultCpu, StringComparison.Ordinal)
            .Replace("@COUNT@", count, StringComparison.Ordinal)
            .Replace("@MEMORY@", machine.Memory.InMebibytes.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("@ROM@", host.Rom, StringComparison.Ordinal)
            .Replace("@VGAROM@", host.VgaRom, StringComparison.Ordinal)
            .Replace("@PORT@", host.SerialPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return text + string.Concat(machine.ExtraArguments.Select(line => line + "\n"));
    }
}
