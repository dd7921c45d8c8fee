using System.Text;

namespace AzaleaOS.Bench.Reports;

/// <summary>The results as a table in Markdown, which a terminal can show as it is.</summary>
internal static class ResultTable
{
    /// <summary>Writes rows of aligned columns; numbers to the right.</summary>
    internal static string Write(IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        int[] widths = [.. head.Select((title, column) => Math.Max(title.Length, rows.Max(row => row[column].Length)))];
        var text = new StringBuilder();
        Row(head);
        text.Append('|').AppendJoin('|', widths.Select((width, column) => new string('-', width + 1) + (column == 0 ? "-" : ":"))).Append("|\n");
        foreach (IReadOnlyList<string> row in rows)
            Row(row);
        return text.ToString();

        void Row(IReadOnlyList<string> cells)
            => text.Append("| ").AppendJoin(" | ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).Append(" |\n");
    }
}
