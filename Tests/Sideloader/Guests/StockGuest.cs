using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using AzaleaOS.Bench.Guests;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Sideloader.Driving;
using AzaleaOS.Tests.Sideloader.Unikernels;

namespace AzaleaOS.Tests.Sideloader.Guests;

/// <summary>Debian's kernel mounts a directory that <c>sideloader virtiofs --strict</c> serves, and works on it: once, for all tests.</summary>
public sealed class StockGuest : IDisposable
{
    internal const int Operations = 4000;

    private const int FileBytes = 64 << 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("azg-");

    public StockGuest()
    {
        Root = _work.CreateSubdirectory("root").FullName;
        byte[] bytes = RandomNumberGenerator.GetBytes(FileBytes);
        Hash = Convert.ToHexStringLower(MD5.HashData(bytes));
        File.WriteAllBytes(Path.Combine(Root, "big"), bytes);
        string fio = Path.Combine(Root, "fio");
        Directory.CreateDirectory(fio);
        foreach (string name in (string[])["verify.fio", "threads.fio", "wrong.fio", "spoilt"])
            File.Copy(Path.Combine(ProgramRecipe.SourcesRoot, "Fio", name), Path.Combine(fio, name));
        string model = Path.Combine(_work.FullName, "model");
        HostProgram.Compile("model", model);

        using var sideloader = new SideloaderProcess();
        string socket = Path.Combine(sideloader.Runtime, "fs");
        using Process daemon = sideloader.Start("virtiofs", "--socket", socket, "--root", Root, "--strict");
        Task<string> said = daemon.StandardError.ReadToEndAsync();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(socket) || daemon.HasExited, s_patience));
        const int cpus = 2;
        var memory = MemorySize.Mebibytes(256);
        LinuxPackage linux = LinuxPackage.FindOrFetch(CloudKernel.Package, LinuxGuest.VirtioFsModules, Path.Combine(SourceTree.Root, "artifacts", "linux"), Console.Error.WriteLine);
        var guest = new LinuxGuest(linux, Script)
        {
            Files = [(model, "/bin/model"), (ProgramStore.Find("fio"), "/bin/fio"), (TreeScript, "/tree.sh")],
            Cpus = cpus,
            Memory = memory,
            Arguments = LinuxGuest.VirtioFs(socket, "host", memory, cpus),
        };
        Result = guest.Run(s_patience);
        // The daemon ends when the machine does.
        Assert.True(daemon.WaitForExit(s_patience), "the daemon does not end");
        DaemonStatus = daemon.ExitCode;
        DaemonMessages = said.Result;
    }

    /// <summary>The directory, on this host.</summary>
    internal string Root { get; }

    /// <summary>The MD5 of the file "big" in it.</summary>
    internal string Hash { get; }

    internal MachineResult Result { get; }

    internal int DaemonStatus { get; }

    internal string DaemonMessages { get; }

    /// <summary>Makes and changes a tree in the working directory, and says what it sees.</summary>
    internal static string TreeScript => Path.Combine(AppContext.BaseDirectory, "Programs", "tree.sh");

    /// <summary>Of the random operations; AZALEA_MODEL_SEED sets it.</summary>
    internal static string Seed { get; } = Environment.GetEnvironmentVariable("AZALEA_MODEL_SEED") ?? Random.Shared.Next().ToString(CultureInfo.InvariantCulture);

    private static string Script => $"""
        mount -t virtiofs host /mnt || exit
        cd /mnt
        echo == list
        ls -1
        stat -c '%s %a %u %g %Y' big
        echo == hash
        md5sum big
        echo == copy
        cp big copy && echo copied
        echo == tree
        mkdir tree && cd tree && sh /tree.sh
        echo == model
        cd /mnt
        model {Seed} {Operations} flush
        echo == fio
        cd /mnt/fio
        for job in verify threads wrong; do fio --eta=never --output=$job.result $job.fio > /dev/null 2>&1; echo $job $?; done
        echo == end
        cd /
        umount /mnt

        """;

    /// <summary>What the guest said in a part of its work.</summary>
    internal string Part(string name)
    {
        string[] parts = Result.Output.Split($"== {name}\n");
        Assert.True(parts.Length == 2, $"the guest did not come to \"{name}\" (AZALEA_MODEL_SEED={Seed}): {Result}\n{DaemonMessages}");
        return parts[1].Split("== ")[0];
    }

    public void Dispose() => _work.Delete(recursive: true);
}
