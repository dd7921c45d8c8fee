using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Machines.Sdk;

/// <summary>Somebody outside of the repository who has the packages and nothing else: makes projects by "dotnet new".</summary>
public sealed class NewUser : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("azalea user-");

    public NewUser()
    {
        string tool = Path.Combine(SourceTree.Root, "AzaleaOS.Build", "bin", SourceTree.Configuration, "net10.0", "azalea.dll");
        DotNetProcess.Run(SourceTree.Root, ["exec", tool, "pack", "-o", Packages]).Succeeds();
        New("install", Path.Combine(Packages, "AzaleaOS.Templates.0.1.0.nupkg")).Succeeds();
    }

    /// <summary>The folder with the packages.</summary>
    public string Packages => Path.Combine(_home.FullName, "packages");

    /// <summary>The folder of a project.</summary>
    public string this[string project] => Path.Combine(_home.FullName, project);

    /// <summary>Makes a project.</summary>
    public void Make(string project, params string[] options) => New(["azalea", "-o", project, "--feed", Packages, .. options]).Succeeds();

    /// <summary>Runs the dotnet command in a project's folder.</summary>
    public ToolResult Dotnet(string project, params string[] arguments) => DotNetProcess.Run(this[project], arguments);

    public void Dispose() => _home.Delete(recursive: true);

    private ToolResult New(params string[] words)
        => DotNetProcess.Run(_home.FullName, ["new", .. words, "--debug:custom-hive", Path.Combine(_home.FullName, "templates")]);
}
