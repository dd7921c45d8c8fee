using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Build.Native;

/// <summary>What C and C++ programs are linked with: musl whose system calls are calls, libazalea, and the files for gcc, CMake and pkg-config.</summary>
/// <remarks>
/// Made on first use, and again when its sources or the compiler change: in artifacts/c of the clone, or, by the tool of the NuGet package, in
/// the user's folder for data. The package has musl compiled.
/// </remarks>
internal static class NativeLibrary
{
    /// <summary>Files of AzaleaOS.C that take the place of musl's own, and which.</summary>
    private static readonly (string Ours, string Musls)[] s_replaced =
    [
        ("syscall_arch.h", "arch/x86_64/syscall_arch.h"),
        ("syscall_cp.s", "src/thread/x86_64/syscall_cp.s"),
        ("set_thread_area.s", "src/thread/x86_64/__set_thread_area.s"),
    ];

    /// <summary>Linux's own headers, which programs of any C library include; the package of glibc's brings them.</summary>
    private static readonly (string Name, string Host)[] s_kernelHeaders =
    [
        .. new[] { "linux", "asm-generic", "misc", "mtd", "rdma", "sound", "video", "xen" }.Select(name => (name, "/usr/include/" + name)),
        ("asm", "/usr/include/x86_64-linux-gnu/asm"),
    ];

    // Counts the changes of what Make does, so that it is done again.
    private const int Steps = 4;

    private const string Failed = "AZ7952";

    private static readonly DebianSource s_musl = new("musl", "musl_1.2.3.orig.tar.gz", "7d5b0b6062521e4627e099e4c9dc8248d32a30285e959b7eecaa780cf8cfd4a4");

    private static string Sources => ToolPackage.Folder is { } package ? Path.Combine(package, "c") : Path.Combine(SourceTree.Root, "AzaleaOS.C");

    /// <summary>Where it is. A package's folder is NuGet's, and nothing is written into it.</summary>
    internal static string Folder { get; } = ToolPackage.Folder is null
        ? Path.Combine(SourceTree.Root, "artifacts", "c")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "azaleaos", Version, "c");

    /// <summary>What making it needs of the host.</summary>
    internal static Requirements.Activity Needed => ToolPackage.Folder is null ? Requirements.Activity.CLibrary : Requirements.Activity.None;

    /// <summary>The description that makes gcc use it.</summary>
    internal static string Specs => Path.Combine(Folder, "azalea.specs");

    /// <summary>The folder of azalea.h and libazalea.a, which need no C library of ours.</summary>
    internal static string Own => Path.Combine(Folder, "azalea");

    /// <summary>The object that tells the kernel that a program is linked.</summary>
    internal static string Note => Path.Combine(Own, "azalea-note.o");

    /// <summary>Makes it unless it is there.</summary>
    /// <param name="progress">Told when it has to be made.</param>
    /// <exception cref="BuildException">AZ7951: no sources. AZ7952: they could not be compiled.</exception>
    internal static void Ensure(Action<string> progress)
    {
        IEnumerable<string> files = Directory.EnumerateFiles(Sources, "*", SearchOption.AllDirectories);
        Provide(Folder, Key(ToolPackage.Folder is null ? files : files.Append(Path.Combine(Musl, KeyFile))), work =>
        {
            if (ToolPackage.Folder is null)
                EnsureMusl(progress);
            Make(work);
        });
    }

    /// <summary>Compiles musl unless it is there. In a clone only.</summary>
    /// <param name="progress">Told when it has to be compiled.</param>
    /// <exception cref="BuildException">AZ7951: no sources. AZ7952: they could not be compiled.</exception>
    internal static void EnsureMusl(Action<string> progress)
        => Provide(Musl, Key(s_replaced.Select(file => Path.Combine(Sources, "musl", file.Ours))), folder =>
        {
            progress("compiling the C library, once");
            MakeMusl(folder);
        });

    private const string KeyFile = "key";

    private static string Version => typeof(NativeLibrary).Assembly.GetName().Version!.ToString(3);

    private static string Musl => ToolPackage.Folder is { } package ? Path.Combine(package, "musl") : Path.Combine(SourceTree.Root, "artifacts", "musl");

    private static string Compiler => HostTools.Default.Program("gcc", "compiles C programs");

    /// <summary>Makes a folder anew unless it was made of the same.</summary>
    private static void Provide(string folder, string key, Action<string> make)
    {
        if (HasKey(folder, key))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);

        // Compilers run side by side: one makes it, the others wait.
        using FileStream turn = WaitForTurn(folder + ".lock");
        if (HasKey(folder, key))
            return;
        string work = $"{folder}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(work);
            make(work);
            File.WriteAllText(Path.Combine(work, KeyFile), key);
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Directory.Move(work, folder);
        }
        finally
        {
            if (Directory.Exists(work))
                Directory.Delete(work, recursive: true);
        }
    }

    private static bool HasKey(string folder, string key)
    {
        string file = Path.Combine(folder, KeyFile);
        return File.Exists(file) && File.ReadAllText(file) == key;
    }

    /// <summary>Changes with everything that decides about the result.</summary>
    private static string Key(IEnumerable<string> files)
    {
        var text = new StringBuilder(s_musl.Sha256).Append('\n').Append(Folder).Append('\n').Append(Steps);
        FileInfo compiler = new(Compiler);
        compiler = compiler.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? compiler;
        text.Append('\n').Append(compiler.FullName).Append(' ').Append(compiler.Length).Append(' ').Append(compiler.LastWriteTimeUtc.Ticks);
        foreach (string file in files.Order(StringComparer.Ordinal))
            text.Append('\n').Append(file).Append(' ').Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static FileStream WaitForTurn(string path)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waited.Elapsed < TimeSpan.FromMinutes(15))
            {
                Thread.Sleep(100);
            }
        }
    }

    /// <summary>musl, with our files in the place of some of its own.</summary>
    private static void MakeMusl(string work)
    {
        string sources = Path.Combine(work, "musl");
        s_musl.UnpackInto(sources);
        foreach ((string ours, string musls) in s_replaced)
            File.Copy(Path.Combine(Sources, "musl", ours), Path.Combine(sources, musls), overwrite: true);

        // The calls push a return address, which a red zone would lose.
        ToolRunner.RunIn(sources, "/bin/sh", Failed, "./configure", $"--prefix={work}", "--syslibdir=/nonexistent", "--disable-shared", "--disable-gcc-wrapper", "CFLAGS=-O2 -mno-red-zone -w");
        string make = HostTools.Default.Program("make", "compiles the C library");
        ToolRunner.RunIn(sources, make, Failed, $"-j{Environment.ProcessorCount}", "install");

        // The licence, which goes with the library wherever it goes.
        File.Move(Path.Combine(sources, "COPYRIGHT"), Path.Combine(work, "COPYRIGHT"));
        Directory.Delete(sources, recursive: true);
    }

    private static void Make(string work)
    {
        File.Copy(Path.Combine(Musl, "COPYRIGHT"), Path.Combine(work, "COPYRIGHT"));
        foreach (string folder in (string[])["include", "lib"])
            CopyTree(Path.Combine(Musl, folder), Path.Combine(work, folder));
        foreach ((string name, string host) in s_kernelHeaders.Where(folder => Directory.Exists(folder.Host)))
            Directory.CreateSymbolicLink(Path.Combine(work, "include", name), host);
        string own = Path.Combine(work, "azalea");
        Directory.CreateDirectory(own);
        string Compile(string source, string output, params string[] options)
        {
            string target = Path.Combine(own, output);
            ToolRunner.Run(Compiler, Failed, ["-c", "-O2", "-fno-pie", .. options, "-o", target, Path.Combine(Sources, source)]);
            return target;
        }

        string archiver = HostTools.Default.Program("ar", "makes libraries");
        _ = Compile("source/note.S", "azalea-note.o");
        string calls = Compile("source/calls.S", "calls.o");
        ToolRunner.Run(archiver, Failed, "rcsD", Path.Combine(own, "libazalea.a"), calls);
        string openMp = Compile("musl/openmp.c", "openmp.o", "-nostdinc", "-isystem", Path.Combine(work, "include"));
        ToolRunner.Run(archiver, Failed, "rsD", Path.Combine(work, "lib", "libc.a"), openMp);
        File.Delete(calls);
        File.Delete(openMp);
        File.Copy(Path.Combine(Sources, "include", "azalea.h"), Path.Combine(own, "azalea.h"));
        foreach (string template in Directory.EnumerateFiles(Path.Combine(Sources, "templates")))
            FillIn(template, work);
    }

    private static void FillIn(string template, string work)
    {
        string name = Path.GetFileName(template);
        string target = Path.Combine(work, name.EndsWith(".pc", StringComparison.Ordinal) ? Path.Combine("lib", "pkgconfig") : "", name);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        // gcc's descriptions and pkg-config's end a word at a space.
        bool isSplitAtSpaces = Path.GetExtension(name) is ".specs" or ".pc";
        string folder = isSplitAtSpaces ? Folder.Replace(" ", "\\ ", StringComparison.Ordinal) : Folder;
        File.WriteAllText(target, File.ReadAllText(template).Replace("@FOLDER@", folder, StringComparison.Ordinal).Replace("@COMMAND@", Command, StringComparison.Ordinal));
        if (!name.Contains('.') && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(target, File.GetUnixFileMode(target) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    /// <summary>The azalea command, as a shell's words.</summary>
    private static string Command => string.Join(' ', (ToolPackage.Folder is null
        ? new[] { Path.Combine(SourceTree.Root, "build.sh") }
        : [DotNet.Host, "exec", Path.Combine(AppContext.BaseDirectory, "azalea.dll")]).Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    private static void CopyTree(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
