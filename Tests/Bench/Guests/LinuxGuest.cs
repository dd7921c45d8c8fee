using System.Text;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench.Guests;

/// <summary>A machine with a Linux that nobody here wrote: Debian's kernel and modules, Debian's busybox, and a script.</summary>
/// <param name="linux">The kernel; the modules are loaded in their order.</param>
/// <param name="script">What the first process does, in busybox's shell; its status is that of the machine.</param>
internal sealed class LinuxGuest(LinuxPackage linux, string script)
{
    /// <summary>What PCI and virtio-fs need, in the order of their loading.</summary>
    internal static readonly IReadOnlyList<string> VirtioFsModules =
        ["virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "fuse", "virtiofs"];

    /// <summary>Static programs of this host, found by their names in the guest; and other files, in its root.</summary>
    internal IReadOnlyList<(string HostPath, string GuestPath)> Files { get; init; } = [];

    /// <summary>Logical processors.</summary>
    internal int Cpus { get; init; } = 1;

    /// <summary>Memory.</summary>
    internal MemorySize Memory { get; init; } = MemorySize.Mebibytes(512);

    /// <summary>More words for QEMU.</summary>
    internal IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Words for QEMU: a directory that a vhost-user back end serves, and memory that it can reach.</summary>
    /// <param name="socket">Where the back end listens.</param>
    /// <param name="tag">The name that the guest mounts it by.</param>
    /// <param name="memory">The machine's memory.</param>
    /// <param name="queues">Request queues.</param>
    internal static IReadOnlyList<string> VirtioFs(string socket, string tag, MemorySize memory, int queues) =>
    [
        "-object", $"memory-backend-memfd,id=mem,size={memory},share=on", "-machine", "memory-backend=mem",
        "-chardev", $"socket,id=fs,path={socket}", "-device", $"vhost-user-fs-pci,chardev=fs,tag={tag},num-request-queues={queues}",
    ];

    /// <summary>Boots it and waits for its end.</summary>
    internal MachineResult Run(TimeSpan patience, CancellationToken cancellation = default)
    {
        var files = new Initramfs();
        files.AddHost("/bin/busybox", "/bin/busybox");
        foreach (string directory in (string[])["/proc", "/sys", "/dev", "/tmp", "/mnt"])
            files.AddDirectory(directory);
        foreach (string module in linux.Modules)
            files.AddHost(module, "/modules/" + Path.GetFileName(module));
        foreach ((string hostPath, string guestPath) in Files)
            files.AddHost(hostPath, guestPath);
        files.AddContent("/script", Encoding.UTF8.GetBytes(script));
        files.AddContent("/init", Encoding.UTF8.GetBytes(FirstProcess()), Convert.ToInt32("755", 8));
        string archive = Path.GetTempFileName();
        try
        {
            files.Write(archive);
            return Machine.Run(new MachineDescription
            {
                Kernel = linux.Kernel,
                Initramfs = archive,
                CommandLine = ["console=ttyS0", "quiet", "loglevel=1", "no_timer_check", "lpj=8000000", "nowatchdog", "panic=-1"],
                Cpus = Cpus,
                Memory = Memory,
                ExtraArguments = Arguments,
                Timeout = patience,
            }, cancellation: cancellation);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    // The last line has the form in which the libOS says how a program ended.
    private string FirstProcess() => $"""
        #!/bin/busybox sh
        export PATH=/bin TZ=UTC0
        /bin/busybox --install -s /bin
        stty -opost
        mount -t proc proc /proc
        mount -t sysfs sys /sys
        mount -t devtmpfs dev /dev
        for module in {string.Join(' ', linux.Modules.Select(Path.GetFileName))}; do insmod /modules/$module || exit; done
        sh /script
        printf '\036azalea: exit %d\n' $?
        poweroff -f

        """;
}
