using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Pipeline;

/// <summary>Reads the file in which the MSBuild targets describe the image of a kernel.</summary>
public static class ImageRequestFile
{
    /// <summary>Reads a description.</summary>
    /// <exception cref="BuildException">AZ7911: the file is missing, has a line that is no pair or an unknown key, or lacks a key.</exception>
    public static ImageRequest Read(string file) => From(RequestLines.Read(file, s_keys));

    internal static ImageRequest Parse(IReadOnlyList<string> lines, string file) => From(RequestLines.Parse(lines, file, s_keys));

    private static ImageRequest From(RequestLines lines) => new()
    {
        Name = lines.Required("Name"),
        Assembly = lines.Required("Assembly"),
        KernelClass = lines.Optional("KernelClass"),
        KernelAssembly = lines.Required("KernelAssembly"),
        References = lines.All("Reference"),
        Plugs = lines.All("Plugs"),
        IlcPackage = lines.Required("IlcPackage"),
        RuntimePackage = lines.Required("RuntimePackage"),
        IntermediateDirectory = lines.Required("Intermediate"),
        SharedDirectory = lines.Required("Shared"),
        Elf = lines.Required("Elf"),
        Map = lines.Required("Map"),
        StrippedElf = lines.Required("StrippedElf"),
        Iso = lines.Optional("Iso"),
        CommandLine = lines.Optional("CommandLine") ?? "",
        Packed = lines.Optional("Compression") switch
        {
            "LZ4" => true,
            "None" or null => false,
            string other => throw lines.Wrong($"Compression is '{other}': use LZ4 or None"),
        },
        Offload = lines.Optional("Offload") switch
        {
            "true" => true,
            "false" or null => false,
            string other => throw lines.Wrong($"Offload is '{other}': use true or false"),
        },
        Initramfs = lines.Required("Initramfs"),
        Files = lines.Files("File"),
        PathMap = [.. lines.All("PathMap").Select(text => lines.Pair("PathMap", text)).Select(pair => new KeyValuePair<string, string>(pair.Name, pair.Path))],
    };

    private static readonly HashSet<string> s_keys =
    [
        "Name", "Assembly", "KernelClass", "KernelAssembly", "Reference", "Plugs", "IlcPackage", "RuntimePackage",
        "Intermediate", "Shared", "Elf", "Map", "StrippedElf", "Compression", "Offload", "Iso", "CommandLine",
        "Initramfs", "File", "PathMap",
    ];
}
