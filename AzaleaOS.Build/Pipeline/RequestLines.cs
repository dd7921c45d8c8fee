using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Pipeline;

/// <summary>What the MSBuild targets tell the tool: "Key=Value" lines, lists by repeating a key.</summary>
/// <remarks>A format of its own rather than command-line options: paths need no quoting, and the file shows what changed.</remarks>
internal sealed class RequestLines
{
    private readonly Dictionary<string, List<string>> _values = [];
    private readonly string _file;

    private RequestLines(string file) => _file = file;

    /// <summary>Reads a file.</summary>
    /// <exception cref="BuildException">AZ7911: the file is missing, or has a line that is no pair or an unknown key.</exception>
    internal static RequestLines Read(string file, IReadOnlySet<string> keys)
    {
        try
        {
            return Parse(File.ReadAllLines(file), file, keys);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BuildException("AZ7911", $"cannot read the description of the image: {failure.Message}");
        }
    }

    internal static RequestLines Parse(IReadOnlyList<string> lines, string file, IReadOnlySet<string> keys)
    {
        var request = new RequestLines(file);
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].Length == 0)
                continue;

            int equals = lines[i].IndexOf('=');
            string key = equals < 0 ? lines[i] : lines[i][..equals];
            if (equals < 0 || !keys.Contains(key))
                throw new BuildException("AZ7911", $"'{key}' is no property of an image; the targets and the tool are of different versions", file, i + 1);

            if (!request._values.TryGetValue(key, out List<string>? list))
                request._values.Add(key, list = []);

            list.Add(lines[i][(equals + 1)..]);
        }

        return request;
    }

    /// <summary>All values of a key, in order.</summary>
    internal List<string> All(string key) => _values.GetValueOrDefault(key, []);

    /// <summary>The last value of a key that is not empty, or null.</summary>
    internal string? Optional(string key) => All(key) is [.., { Length: > 0 } last] ? last : null;

    /// <summary>The value of a key.</summary>
    /// <exception cref="BuildException">AZ7911: there is none.</exception>
    internal string Required(string key) => Optional(key) ?? throw Wrong($"the description of the image has no {key}");

    /// <summary>Files of the image: "target|source".</summary>
    internal IReadOnlyList<ImageFile> Files(string key)
        => [.. All(key).Select(text => text.Split('|', 2) is [string target, string source] ? new ImageFile(source, target) : throw Wrong($"{key} is '{text}': use target|source"))];

    /// <summary>The halves of "name|folder".</summary>
    internal (string Name, string Path) Pair(string key, string text)
        => text.Split('|', 2) is [string name, string folder] ? (name, folder) : throw Wrong($"{key} is '{text}': use name|folder");

    /// <summary>Says that the file makes no sense.</summary>
    internal BuildException Wrong(string what) => new("AZ7911", what, _file);
}
