using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Programs.Building;

/// <summary>Lua from its sources and the program of C/lua.c, linked by <c>azalea cc</c>: some 20,000 lines that know nothing of it.</summary>
internal sealed class LinkedLua : ProgramRecipe
{
    private static readonly SourcePackage s_package = new("lua5.4", "lua5.4_5.4.4.orig.tar.gz", "164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61");

    // Programs of their own.
    private static readonly string[] s_left = ["lua.c", "luac.c"];

    /// <inheritdoc/>
    internal override string Name => "lua-linked";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Sources => ["C/lua.c"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Tools => LinkedProgram.NeededFiles;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Options { get; } = [s_package.Sha256, "--no-kernel", "-O1", "-DLUA_USE_POSIX"];

    /// <inheritdoc/>
    internal override void Build(BuildFolder folder)
    {
        s_package.UnpackInto(folder, "lua-source");
        const string source = "lua-source/src";
        IEnumerable<string> files = Directory.EnumerateFiles(folder[source], "*.c").Where(file => !s_left.Contains(Path.GetFileName(file))).Order(StringComparer.Ordinal);
        folder.Run(DotNet.Host, [LinkedProgram.Command, "cc", .. Options.Skip(1), "-I" + source, "-o", Name, "C/lua.c", .. files, "-lm"]);
    }
}
