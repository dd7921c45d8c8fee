using System.Globalization;

namespace AzaleaOS.Sideloader.Commands;

/// <summary>Amounts for people.</summary>
internal static class Amounts
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>"12 MiB".</summary>
    internal static string Bytes(double bytes)
    {
        int unit = 0;
        while (bytes >= 1024 && unit < s_units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#} {s_units[unit]}");
    }

    /// <summary>The largest unit that fits: "3 h".</summary>
    internal static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => $"{(long)age.TotalDays} d",
        { TotalHours: >= 2 } => $"{(long)age.TotalHours} h",
        { TotalMinutes: >= 2 } => $"{(long)age.TotalMinutes} min",
        _ => $"{Math.Max((long)age.TotalSeconds, 0)} s",
    };
}
