using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace AzaleaOS.Build.Pipeline;

/// <summary>SHA-256 of files, each read once in the life of this object unless it is said to have changed.</summary>
/// <remarks>May be used from several threads.</remarks>
public sealed class ContentHashes
{
    private readonly ConcurrentDictionary<string, string> _hashes = new(StringComparer.Ordinal);

    /// <summary>The hash in hexadecimal digits, or "absent" for a file that does not exist.</summary>
    public string Of(string path) => _hashes.GetOrAdd(Path.GetFullPath(path), static full =>
    {
        if (!File.Exists(full))
            return "absent";

        using FileStream stream = File.OpenRead(full);
        return Convert.ToHexString(SHA256.HashData(stream));
    });

    /// <summary>The file has been written: the next question reads it again.</summary>
    public void Changed(string path) => _hashes.TryRemove(Path.GetFullPath(path), out _);
}
