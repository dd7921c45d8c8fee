namespace AzaleaOS.Tests.Programs.Building;

/// <summary>The server of Redis and its benchmark in one process, which Sources/Redis/launcher.c joins.</summary>
internal sealed class RedisProgram : ProgramRecipe
{
    private const string Gcc = "/usr/bin/gcc";
    private const string Objcopy = "/usr/bin/objcopy";
    private static readonly SourcePackage s_package = new("redis", "redis_7.0.15.orig.tar.gz", "4b1dc4ee6d622a09fff9c6777191209750fb5e5a725ef78ea012d6eef4c22982");

    /// <summary>Objects of Redis that are not linked as they are, or clash with the server's own.</summary>
    private static readonly string[] s_left = ["server.o", "redis-benchmark.o", "redisassert.o"];

    /// <inheritdoc/>
    internal override string Name => "redis";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Sources => ["Redis/launcher.c"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Tools => [Gcc, Objcopy, "/usr/bin/make", "/usr/lib/x86_64-linux-gnu/libc.a"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Options { get; } = [s_package.Sha256, "MALLOC=libc", "BUILD_TLS=no", "USE_SYSTEMD=no", "OPTIMIZATION=-O1", "LDFLAGS=-static"];

    /// <inheritdoc/>
    internal override void Build(BuildFolder folder)
    {
        s_package.UnpackInto(folder, "redis-source");
        // Not at the top: there each program is a make of its own, and the two clean up for each other.
        folder.RunIn("redis-source/src", "/usr/bin/make", ["-j2", .. Options.Skip(1), "redis-server", "redis-benchmark"]);

        // Two main functions in one program: each gets a name of its own, and the benchmark keeps all else to itself.
        const string source = "redis-source/src/";
        folder.Run(Objcopy, "--redefine-sym", "main=server_main", source + "server.o", "server.o");
        folder.Run(Objcopy, "--redefine-sym", "main=benchmark_main", "--keep-global-symbol=benchmark_main", source + "redis-benchmark.o", "benchmark.o");
        folder.Run(Gcc, "-O1", "-Iredis-source/deps/hiredis", "-c", "-o", "launcher.o", "Redis/launcher.c");
        IEnumerable<string> objects = Directory.EnumerateFiles(folder[source], "*.o")
            .Where(file => !s_left.Contains(Path.GetFileName(file)))
            .Order(StringComparer.Ordinal);
        folder.Run(Gcc, ["-static", "-o", Name, "launcher.o", "server.o", "benchmark.o", .. objects,
            "redis-source/deps/hiredis/libhiredis.a", "redis-source/deps/lua/src/liblua.a", "redis-source/deps/hdr_histogram/hdr_histogram.o",
            "-lm", "-ldl", "-lpthread", "-lrt", "-s"]);
    }
}
