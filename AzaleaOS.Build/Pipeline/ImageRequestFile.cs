using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Pipeline;

/// <summary>Reads the file in which the MSBuild targets describe an image: "Key=Value" lines, lists by repeating a key.</summary>
/// <remarks>A format of its own rather than command-line options: paths need no quoting, and the file shows what changed.</remarks>
public static class ImageRequestFile
{
    /// <summary>Reads a description.</summary>
    /// <exception cref="BuildException">AZ7911: the file is missing, has a line that is no pair or an unknown key, or lacks a key.</exception>
    public static ImageRequest Read(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BuildException("AZ7911", $"cannot read the description of the image: {failure.Message}");
        }

        return Parse(lines, file);
    }

    internal static ImageRequest Parse(IReadOnlyList<string> lines, string file)
    {
        Dictionary<string, List<string>> values = [];
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].Length == 0)
                continue;

            int equals = lines[i].IndexOf('=');
            string key = equals < 0 ? lines[i] : lines[i][..equals];
            if (equals < 0 || !s_keys.Contains(key))
                throw new BuildException("AZ7911", $"'{key}' is no property of an image; the targets and the tool are of different versions", file, i + 1);

            if (!values.TryGetValue(key, out List<string>? list))
                values.Add(key, list = []);

            list.Add(lines[i][(equals + 1)..]);
        }

        return new ImageRequest
        {
            Name = Required("Name"),
            Assembly = Required("Assembly"),
            KernelClass = Optional("KernelClass"),
            KernelAssembly = Required("KernelAssembly"),
            References = All("Reference"),
            Plugs = All("Plugs"),
            IlcPackage = Required("IlcPackage"),
            RuntimePackage = Required("RuntimePackage"),
            IntermediateDirectory = Required("Intermediate"),
            SharedDirectory = Required("Shared"),
            Elf = Required("Elf"),
            Map = Required("Map"),
            StrippedElf = Required("StrippedElf"),
            Iso = Optional("Iso"),
            CommandLine = Optional("CommandLine") ?? "",
            Packed = Optional("Compression") switch
            {
                "LZ4" => true,
                "None" or null => false,
                string other => throw new BuildException("AZ7911", $"Compression is '{other}': use LZ4 or None", file),
            },
            Initramfs = Required("Initramfs"),
            Files = [.. All("File").Select(ToFile)],
            PathMap = [.. All("PathMap").Select(ToMapping)],
        };

        List<string> All(string key) => values.GetValueOrDefault(key, []);

        string? Optional(string key) => All(key) is [.., { Length: > 0 } last] ? last : null;

        string Required(string key) =>
            Optional(key) ?? throw new BuildException("AZ7911", $"the description of the image has no {key}", file);

        ImageFile ToFile(string text) => text.Split('|', 2) is [string target, string source]
            ? new ImageFile(source, target)
            : throw new BuildException("AZ7911", $"File is '{text}': use target|source", file);

        KeyValuePair<string, string> ToMapping(string text) => text.Split('|', 2) is [string name, string folder]
            ? new KeyValuePair<string, string>(name, folder)
            : throw new BuildException("AZ7911", $"PathMap is '{text}': use name|folder", file);
    }

    private static readonly HashSet<string> s_keys =
    [
        "Name", "Assembly", "KernelClass", "KernelAssembly", "Reference", "Plugs", "IlcPackage", "RuntimePackage",
        "Intermediate", "Shared", "Elf", "Map", "StrippedElf", "Compression", "Iso", "CommandLine",
        "Initramfs", "File", "PathMap",
    ];
}
