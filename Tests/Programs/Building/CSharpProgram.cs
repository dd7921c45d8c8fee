using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Programs.Building;

/// <summary>A C# program with the official runtime, published as a static executable.</summary>
/// <param name="name">The program.</param>
/// <param name="staticPie">True for one that relocates itself, false for one that is linked to its address.</param>
internal sealed class CSharpProgram(string name, bool staticPie) : ProgramRecipe
{
    // GNU ld 2.40 fails with an assertion when it makes a static PIE of ilc's object, so lld does that; lld drops
    // the sections that __start___modules stands for unless it is told not to.
    private const string Linking = """
            <LinkerFlavor>lld</LinkerFlavor>
            <ServerGarbageCollector>true</ServerGarbageCollector>
          </PropertyGroup>
          <Target Name="KeepModules" BeforeTargets="LinkNative">
            <ItemGroup>
              <LinkerArg Include="-Wl,-z,nostart-stop-gc" />
            </ItemGroup>
          </Target>
        """;

    private const string Fixed = """
            <PositionIndependentExecutable>false</PositionIndependentExecutable>
          </PropertyGroup>
        """;

    /// <inheritdoc/>
    internal override string Name => name;

    /// <inheritdoc/>
    internal override IReadOnlyList<string> Companions => [name + ".dbg"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Sources => ["CSharp"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Tools => ["/usr/bin/gcc", "/usr/bin/objcopy", "/usr/lib/x86_64-linux-gnu/libc.a", .. staticPie ? ["/usr/bin/ld.lld"] : Array.Empty<string>()];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Options => [Project];

    private string Project { get; } = $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <Import Project="{Path.Combine(SourceTree.Root, "AzaleaOS.Build", "Sdk", "Versions.props")}" />
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <OutputType>Exe</OutputType>
            <AssemblyName>{name}</AssemblyName>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <NoWarn>CA1416</NoWarn>
            <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
            <RuntimeFrameworkVersion>$(IlcVersion)</RuntimeFrameworkVersion>
            <PublishAot>true</PublishAot>
            <StaticExecutable>true</StaticExecutable>
            <InvariantGlobalization>true</InvariantGlobalization>
            <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
            <CppCompilerAndLinker>gcc</CppCompilerAndLinker>
            <CppLinker>gcc</CppLinker>
        {(staticPie ? Linking : Fixed)}
          <ItemGroup>
            <DirectPInvoke Include="suspension" />
            <DirectPInvoke Include="libc!getppid;libc!read;libc!write" />
            <LinkerArg Include="suspension.o" />
          </ItemGroup>
        </Project>
        """;

    /// <inheritdoc/>
    internal override void Build(BuildFolder folder)
    {
        // The repository's own properties are for its projects.
        File.WriteAllText(folder["Directory.Build.props"], "<Project />");
        File.WriteAllText(folder["Directory.Packages.props"], "<Project />");
        File.WriteAllText(folder["program.csproj"], Project);
        folder.Run("/usr/bin/gcc", "-O2", "-fPIE", "-c", "CSharp/suspension.c", "-o", "suspension.o");
        folder.Run(DotNet.Host, "publish", "program.csproj", "-c", "Release", "-o", "out", "--nologo", "-v", "quiet");
        foreach (string file in (string[])[name, name + ".dbg"])
            File.Move(folder[Path.Combine("out", file)], folder[file]);
    }
}
