namespace AzaleaOS.Build.CommandLine;

/// <summary>A verb that shows more than its options in <c>--help</c>.</summary>
internal interface IHasExamples
{
    /// <summary>Lines below "Examples:".</summary>
    public IReadOnlyList<string> Examples { get; }
}
