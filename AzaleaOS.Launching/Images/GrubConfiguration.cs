using System.Globalization;
using System.Text;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Images;

/// <summary>Fills the GRUB templates in <c>iso/</c>.</summary>
internal static class GrubConfiguration
{
    /// <summary>The configuration inside the boot loader: finds the volume and goes on with <c>grub.cfg</c>.</summary>
    internal static string Early => Templates.Read("early.cfg");

    /// <summary>The boot menu with its only, immediate entry.</summary>
    internal static string Menu(IReadOnlyList<string> commandLine, int modules, int seconds)
    {
        var lines = new StringBuilder();
        for (int i = 0; i < modules; i++)
            lines.Append(CultureInfo.InvariantCulture, $"    module2 /boot/module{i}").Append('\n');
        return Templates.Read("grub.cfg")
            .Replace("@SECONDS@", seconds.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("@MODULES@\n", lines.ToString(), StringComparison.Ordinal)
            .Replace("@BOOT_MARKER@", ConsoleParser.BootMarker, StringComparison.Ordinal)
            .Replace("@COMMAND_LINE@", string.Join(' ', commandLine.Select(Quote)), StringComparison.Ordinal);
    }

    /// <summary>One word for GRUB's shell; GRUB then quotes it for the kernel as <see cref="KernelCommandLine"/> does.</summary>
    internal static string Quote(string word)
    {
        if (word.Length == 0)
            throw LaunchException.Usage("AZ6002", "GRUB drops empty arguments, so an ISO cannot carry one", "boot directly: leave --iso and --uefi out");
        if (word.AsSpan().ContainsAny("\n\r\t\0"))
            throw LaunchException.Usage("AZ6003", "an argument with a line break or a tab cannot stand in GRUB's configuration", "boot directly: leave --iso and --uefi out");
        return $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }
}
