using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Build.Requirements;

namespace AzaleaOS.Build.Commands;

/// <summary>What <c>--image</c> means.</summary>
/// <param name="Kernel">The kernel ELF to boot, or null.</param>
/// <param name="Iso">A ready ISO to boot, or null.</param>
internal sealed record KernelImage(string? Kernel, string? Iso)
{
    /// <summary>What finding the image needs of the host.</summary>
    internal static Activity Needed(string? image) => image is null && ToolPackage.Folder is null ? Activity.Build : Activity.None;

    /// <summary>Finds the image, and builds it if it is a project. The usual one is a project in a clone, and ready in the package.</summary>
    internal static async Task<KernelImage> ResolveAsync(CommandContext context, string? image)
    {
        image ??= ToolPackage.Kernel;
        if (image is null)
            return new KernelImage((await ProjectBuild.EnsureAsync(context, SourceTree.DefaultImage)).StrippedKernel, null);
        if (FindProject(image) is { } project)
            return new KernelImage((await ProjectBuild.EnsureAsync(context, project)).StrippedKernel, null);
        if (!File.Exists(image))
            throw LaunchException.NoInput("AZ7002", $"{image}: no such file or project");
        if (IsElf(image))
            return new KernelImage(image, null);
        if (Path.GetExtension(image).Equals(".iso", StringComparison.OrdinalIgnoreCase))
            return new KernelImage(null, image);
        throw LaunchException.NoInput("AZ7022", $"{image} is neither a kernel ELF nor an ISO nor a project");
    }

    /// <summary>The project file of a path, if it is one or a folder with one; or null.</summary>
    internal static string? FindProject(string path)
    {
        if (File.Exists(path) && Path.GetExtension(path) == ".csproj")
            return Path.GetFullPath(path);
        if (!Directory.Exists(path))
            return null;
        string[] projects = Directory.GetFiles(path, "*.csproj");
        return projects.Length switch
        {
            1 => Path.GetFullPath(projects[0]),
            0 => throw LaunchException.NoInput("AZ7023", $"{path}: there is no project in this folder"),
            _ => throw LaunchException.Usage("AZ7023", $"{path}: there are {projects.Length} projects in this folder", "name one of them"),
        };
    }

    private static bool IsElf(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("\x7F\x45LF"u8);
    }
}
