namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>A directory of the host at a path of the application's.</summary>
/// <param name="Host">Where it is on the host, absolute.</param>
/// <param name="Guest">Where the application sees it, from /.</param>
/// <param name="ReadOnly">Whether the application may change nothing in it.</param>
internal sealed record MountPoint(string Host, string Guest, bool ReadOnly)
{
    private const string ReadOnlySuffix = ":ro";

    /// <summary>Takes HOST:GUEST or HOST:GUEST:ro apart.</summary>
    /// <exception cref="CommandException">It is something else, or there is no such directory.</exception>
    internal static MountPoint Parse(string text)
    {
        bool readOnly = text.EndsWith(ReadOnlySuffix, StringComparison.Ordinal);
        string pair = readOnly ? text[..^ReadOnlySuffix.Length] : text;
        int colon = pair.LastIndexOf(":/", StringComparison.Ordinal);
        if (colon < 1)
            throw CommandException.Usage($"--mount {text}: give HOST:GUEST or HOST:GUEST:ro, and a GUEST that starts with /");
        (string host, string guest) = (pair[..colon], pair[(colon + 1)..]);
        if (!Directory.Exists(host))
            throw CommandException.NoInput($"--mount {text}: {host} is no directory of this host");
        string[] parts = guest.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || parts.Contains("..") || parts.Contains("."))
            throw CommandException.Usage($"--mount {text}: {guest} must be a path below / without . and ..");
        return new MountPoint(Path.GetFullPath(host), "/" + string.Join('/', parts), readOnly);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Guest}{(ReadOnly ? ReadOnlySuffix : "")}";
}
