namespace AzaleaOS.Tests.Programs.Building;

/// <summary>The recipes of all programs.</summary>
internal static class Recipes
{
    private const string Gcc = "/usr/bin/gcc";
    private const string Musl = "/usr/bin/musl-gcc";
    private const string Libc = "/usr/lib/x86_64-linux-gnu/libc.a";
    private const string Sqlite = "/usr/lib/x86_64-linux-gnu/libsqlite3.a";
    private const string Lua = "/usr/lib/x86_64-linux-gnu/liblua5.4.a";

    private static readonly ProgramRecipe[] s_all =
    [
        new CompiledProgram("hello", Gcc, "C/hello.c", ["-static", "-O2"], Libc),
        new CompiledProgram("threads-glibc", Gcc, "C/threads.c", ["-static", "-O2", "-pthread"], Libc),
        new CompiledProgram("threads-pie", Gcc, "C/threads.c", ["-static-pie", "-O2", "-pthread"], Libc),
        new CompiledProgram("threads-musl", Musl, "C/threads.c", ["-static", "-O2", "-pthread"]),
        new CompiledProgram("torture", Gcc, "C/torture.c", ["-static", "-O2", "-pthread"], Libc),
        new CompiledProgram("openmp", Gcc, "C/openmp.c", ["-static", "-O2", "-fopenmp", "-lm"], Libc),
        new CompiledProgram("sqlite", Gcc, "C/sqlite.c", ["-static", "-O1", "-lsqlite3", "-lm", "-lpthread", "-ldl"], Libc, Sqlite),
        new CompiledProgram("lua", Gcc, "C/lua.c", ["-static", "-O1", "-I/usr/include/lua5.4", "-llua5.4", "-lm", "-ldl"], Libc, Lua),
        new CompiledProgram("cpp", "/usr/bin/g++", "Cpp/library.cpp", ["-static", "-O1", "-std=c++20", "-pthread"], Libc),
        new CompiledProgram("rust", "/usr/bin/rustc", "Rust/main.rs", ["-O", "--edition=2021", "-Ctarget-feature=+crt-static", "-Clinker=gcc", "-Cstrip=symbols"], Gcc, Libc),
        new LinkedProgram("threads-linked", "cc", "C/threads.c", "--no-kernel", "-O2", "-pthread"),
        new LinkedProgram("openmp-linked", "cc", "C/openmp.c", "--no-kernel", "-O2", "-fopenmp", "-lm"),
        new LinkedProgram("cpp-linked", "c++", "Cpp/library.cpp", "--no-kernel", "-O1", "-std=c++20", "-pthread"),
        new LinkedProgram("calls", "cc", "C/calls.c", "--no-kernel", "-O2", "-pthread"),
        new LinkedProgram("calls-glibc", "cc", "C/calls.c", "--no-kernel", "--glibc", "-O2", "-pthread"),
        new LinkedProgram("image", "cc", "C/image.c", "--iso", "-O2"),
        new LinkedProgram("big", "cc", "C/big.c", "-O2"),
        new LinkedLua(),
        new GoProgram(),
        new CSharpProgram("csharp-exec", staticPie: false),
        new CSharpProgram("csharp-pie", staticPie: true),
        new RedisProgram(),
        new FioProgram(),
    ];

    /// <summary>The recipe of a program.</summary>
    internal static ProgramRecipe Find(string name) => s_all.Single(recipe => recipe.Name == name);
}
