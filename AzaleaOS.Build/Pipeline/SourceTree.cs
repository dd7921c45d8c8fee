using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Pipeline;

/// <summary>The repository that this tool was built in. Verbs that build need it.</summary>
public static class SourceTree
{
    /// <summary>Everything is built optimised: what is tested is what boots.</summary>
    public const string Configuration = "Release";

    /// <summary>The folder that holds AzaleaOS.sln.</summary>
    /// <exception cref="BuildException">AZ7921: the tool was copied away from it.</exception>
    public static string Root { get; } = FindRoot();

    /// <summary>The solution.</summary>
    public static string Solution => Path.Combine(Root, "AzaleaOS.sln");

    /// <summary>The project of the image that <c>azalea run</c> boots.</summary>
    public static string DefaultImage => Path.Combine(Root, "UserApps", "Runner", "Runner.csproj");

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "AzaleaOS.sln")))
                return folder;
        }

        throw new BuildException("AZ7921", $"there is no AzaleaOS.sln above {AppContext.BaseDirectory}: run the azalea command of a clone of the repository");
    }
}
