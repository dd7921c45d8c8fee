using System.Globalization;
using ScottPlot;

namespace AzaleaOS.Bench.Reports;

/// <summary>Draws bars like the paper's Fig. 5.</summary>
internal static class BarChart
{
    private const int Width = 900;
    private const int Height = 520;
    private const string Font = "DejaVu Sans";

    private static readonly Color s_linux = Color.FromHex("#8c8c8c");
    private static readonly Color s_azalea = Color.FromHex("#c2185b");

    /// <summary>Writes a chart as PNG and as SVG.</summary>
    /// <param name="path">Where, without the extension.</param>
    /// <param name="title">The headline.</param>
    /// <param name="axis">What the bars' height is.</param>
    /// <param name="bars">Labels and heights; those whose label begins with "Linux" are the yardstick.</param>
    internal static void Write(string path, string title, string axis, IReadOnlyList<(string Label, double Value)> bars)
    {
        using var plot = new Plot();
        plot.Font.Set(Font);
        plot.Title(title);
        plot.YLabel(axis);
        for (int i = 0; i < bars.Count; i++)
        {
            (string label, double value) = bars[i];
            var bar = plot.Add.Bar(position: i, value: value);
            bar.Color = label.StartsWith("Linux", StringComparison.Ordinal) ? s_linux : s_azalea;
            Bar drawn = bar.Bars[0];
            drawn.Size = 0.6;
            drawn.Label = Number(value);
            bar.ValueLabelStyle.FontName = Font;
            bar.ValueLabelStyle.Bold = true;
        }

        plot.Axes.Bottom.SetTicks([.. bars.Select((_, i) => (double)i)], [.. bars.Select(bar => bar.Label)]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.HideGrid();
        plot.Axes.Margins(bottom: 0, top: 0.15);
        plot.SavePng(path + ".png", Width, Height);
        plot.SaveSvg(path + ".svg", Width, Height);
    }

    /// <summary>As many digits as say something.</summary>
    internal static string Number(double value) => value.ToString(value < 100 ? "0.##" : "#,0", CultureInfo.InvariantCulture);
}
