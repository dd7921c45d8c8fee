namespace AzaleaOS.Tests.Programs.Building;

/// <summary>fio with the engines that need no library; without System V shared memory, which only its processes need.</summary>
internal sealed class FioProgram : ProgramRecipe
{
    private static readonly SourcePackage s_package = new("fio", "fio_3.33.orig.tar.gz", "d2410e13e0f379d061d077cc5ae325835bb7c6186aa7bafc1df954cbc9b014fc");

    /// <inheritdoc/>
    internal override string Name => "fio";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Sources => [];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Tools => ["/usr/bin/gcc", "/usr/bin/make", "/usr/lib/x86_64-linux-gnu/libc.a"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Options { get; } =
    [
        s_package.Sha256, "--build-static", "--disable-native", "--disable-shm", "--disable-numa", "--disable-http", "--disable-rbd", "--disable-rados",
        "--disable-gfapi", "--disable-pmem", "--disable-rdma", "--disable-libzbc", "--disable-libnfs", "--disable-xnvme", "--disable-lex", "--disable-tcmalloc", "--disable-dfs",
    ];

    /// <inheritdoc/>
    internal override void Build(BuildFolder folder)
    {
        s_package.UnpackInto(folder, "fio-source");
        folder.RunIn("fio-source", "/bin/sh", ["./configure", .. Options.Skip(1)]);
        folder.RunIn("fio-source", "/usr/bin/make", "-j2", "fio");
        folder.Run("/usr/bin/strip", "-o", Name, "fio-source/fio");
    }
}
