namespace AzaleaOS.Build.Commands;

/// <summary>A file that goes away with its user.</summary>
internal sealed class TemporaryFile : IDisposable
{
    /// <summary>The file, empty at first.</summary>
    internal string Path { get; } = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(Path);
}
