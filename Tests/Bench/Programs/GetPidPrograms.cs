using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Linking;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Promotion;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Bench.Programs;

/// <summary>Makes the Linux programs of the getpid bench: static ELF files, no compiler and no C library.</summary>
internal static class GetPidPrograms
{
    private const string Entry = "bench_start";

    /// <summary>The loop with the <c>syscall</c> instruction: runs on Linux and, unmodified, on the libOS.</summary>
    /// <param name="path">Where the program goes.</param>
    /// <param name="name">What its line is called.</param>
    /// <param name="rounds">How often the loop runs; the best round counts.</param>
    internal static void WriteSystemCall(string path, string name, int rounds)
        => Link(path, [], rounds, (name, SystemCall));

    /// <summary>The loop with the <c>syscall</c> instruction, promoted: on the libOS a call.</summary>
    /// <param name="path">Where the program goes.</param>
    /// <param name="name">What its line is called.</param>
    /// <param name="rounds">How often the loop runs; the best round counts.</param>
    internal static void WritePromoted(string path, string name, int rounds)
    {
        WriteSystemCall(path, name, rounds);
        PromotionResult result = Promoter.Promote(File.ReadAllBytes(path));
        if (!result.Sites.Any(site => site.Number == GetPidLoops.GetPid && site.IsPromoted))
            throw new LaunchException("AZ7208", "the getpid of the bench's own program was not promoted", null, ExitStatus.Failure);
        File.WriteAllBytes(path, result.File);
    }

    /// <summary>getpid() of the C library in a C program that <c>azalea cc</c> links.</summary>
    /// <param name="path">Where the program goes.</param>
    /// <param name="name">What its line is called.</param>
    internal static void WriteLinked(string path, string name)
    {
        string command = Path.Combine(SourceTree.Root, "AzaleaOS.Build", "bin", SourceTree.Configuration, "net10.0", "azalea.dll");
        string source = Path.Combine(SourceTree.Root, "Tests", "Bench", "Programs", "getpid.c");
        _ = ToolProcess.Run(DotNet.Host, [command, "cc", "--no-kernel", "-O2", $"-DNAME=\"{name}\"", "-o", path, source]);
    }

    /// <summary>The loop that calls into the libOS, linked with the libOS's own objects into one Linux process.</summary>
    /// <param name="path">Where the program goes.</param>
    /// <param name="objects">What a kernel image is linked from.</param>
    /// <param name="rounds">How often the loop runs; the best round counts.</param>
    internal static void WriteCalls(string path, IReadOnlyList<string> objects, int rounds)
        => Link(path, objects, rounds, ("native-call-direct", DirectCall), ("native-call", TableCall));

    private static void SystemCall(KernelAssembler a)
    {
        a.mov(eax, GetPidLoops.GetPid);
        a.syscall();
    }

    private static void DirectCall(KernelAssembler a) => a.call(a["azalea_sys_39"]);

    private static void TableCall(KernelAssembler a)
    {
        a.mov(eax, GetPidLoops.GetPid);
        a.call(a["azalea_call_entry"]);
    }

    private static void Link(string path, IReadOnlyList<string> objects, int rounds, params (string Name, Action<KernelAssembler> Call)[] loops)
    {
        var start = new KernelObject();
        start.Add(Entry, a => new GetPidLoops(a, rounds).WriteProgram(loops));
        string entryObject = path + ".o";
        start.Write(entryObject);

        // The symbols of the kernel's layout mean nothing in a process, and nobody who asks for them is called.
        // Only options that ld.lld and GNU ld share; each has a base address for processes of its own, and both will do.
        List<string> arguments =
        [
            "-static", "-nostdlib", "--gc-sections", "-z", "noexecstack", "--build-id=none", "--no-eh-frame-hdr", "--unresolved-symbols=ignore-all",
            "-e", Entry, "-o", path, entryObject, .. objects,
        ];
        _ = ToolProcess.Run(Linker.Find(), arguments);
    }
}
