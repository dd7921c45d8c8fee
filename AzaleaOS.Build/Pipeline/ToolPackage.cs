namespace AzaleaOS.Build.Pipeline;

/// <summary>The NuGet package that this tool was installed from: the kernel that is ready, and what C programs are linked with.</summary>
internal static class ToolPackage
{
    /// <summary>Its folder; null in a clone of the repository.</summary>
    internal static string? Folder { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The kernel that <c>azalea run</c> and <c>azalea cc</c> use; null in a clone, where it is built.</summary>
    internal static string? Kernel => Folder is null ? null : KernelIn(Folder);

    /// <summary>The package of a tool.</summary>
    /// <param name="tool">Where the tool is: NuGet wants <c>tools/net10.0/any</c>.</param>
    internal static string? Find(string tool)
    {
        string folder = Path.GetFullPath(Path.Combine(tool, "..", "..", ".."));
        return File.Exists(KernelIn(folder)) ? folder : null;
    }

    private static string KernelIn(string folder) => Path.Combine(folder, "kernel", "Runner.stripped.elf");
}
