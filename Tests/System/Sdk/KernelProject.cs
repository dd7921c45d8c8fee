using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Machines.Sdk;

/// <summary>A kernel project in a folder of its own, outside of the repository, as a user would write it.</summary>
public sealed class KernelProject : IDisposable
{
    private const string Settings =
        """
        <TargetFramework>net10.0</TargetFramework>
            <Deployment>ISO</Deployment>
        """;

    /// <summary>The name has a space, as a user's folder may.</summary>
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("azalea project-");

    public KernelProject(string kernel, string settings = Settings, bool sdkStyle = false)
    {
        string sdk = Path.Combine(SourceTree.Root, "AzaleaOS.Build", "Sdk");
        Write("Hello.csproj", sdkStyle
            ? $"""
               <Project>
                 <Import Project="{sdk}/Sdk.props" />
                 <PropertyGroup>{settings}</PropertyGroup>
                 <Import Project="{sdk}/Sdk.targets" />
               </Project>
               """
            : $"""
               <Project Sdk="Microsoft.NET.Sdk">
                 <PropertyGroup>{settings}</PropertyGroup>
                 <Import Project="{sdk}/AzaleaOS.targets" />
               </Project>
               """);
        Write("Kernel.cs", kernel);
    }

    /// <summary>A file of the project's folder.</summary>
    public string this[string path] => Path.Combine(_folder.FullName, path);

    /// <summary>A file that the build leaves beside the project's assembly.</summary>
    public string Output(string name) => this[Path.Combine("bin", SourceTree.Configuration, "net10.0", name)];

    /// <summary>A file between the stages.</summary>
    public string Intermediate(string name) => this[Path.Combine("obj", SourceTree.Configuration, "net10.0", "azalea", name)];

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
    }

    /// <summary>Builds the project. The repository's own projects are built already and stay as they are.</summary>
    public ToolResult Build(params string[] options) =>
        Dotnet(["build", "-c", SourceTree.Configuration, "--nologo", "-p:BuildProjectReferences=false", .. options]);

    /// <summary>Runs the dotnet command in the project's folder.</summary>
    public ToolResult Dotnet(params IEnumerable<string> arguments) => DotNetProcess.Run(_folder.FullName, arguments);

    public void Dispose() => _folder.Delete(recursive: true);
}
