namespace AzaleaOS.Bench.Reports;

/// <summary>The results of a bench, ready to be shown.</summary>
internal interface IReport
{
    /// <summary>All numbers: an array of name, unit and value.</summary>
    public string Json { get; }

    /// <summary>The tables.</summary>
    public string Text { get; }

    /// <summary>Writes everything to a folder, which is made if it is missing.</summary>
    public void Save(string folder);
}
