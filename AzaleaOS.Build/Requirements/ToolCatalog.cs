namespace AzaleaOS.Build.Requirements;

/// <summary>Every tool of the host that some verb needs.</summary>
internal static class ToolCatalog
{
    private const Activity AllIso = Activity.Iso | Activity.Uefi | Activity.Bochs | Activity.Tour | Activity.Test;

    /// <summary>The catalogue, in the order of <c>azalea doctor</c>.</summary>
    internal static readonly IReadOnlyList<Tool> All =
    [
        new("dotnet", "builds everything", Activity.Build | Activity.Test | Activity.Tour)
        {
            Programs = ["dotnet"],
            Wanted = new Version(10, 0),
            WantedFor = "building",
            OtherSource = "https://dotnet.microsoft.com/download/dotnet/10.0",
        },
        new("ld.lld or ld", "links kernels", Activity.Build | Activity.Test | Activity.Tour, "lld") { Programs = ["ld.lld", "ld"] },
        new("qemu-system-x86_64", "runs kernels", Activity.Qemu | Activity.Uefi | Activity.Tour | Activity.Test, "qemu-system-x86")
        {
            Programs = ["qemu-system-x86_64"],
            Wanted = new Version(9, 0),
            WantedFor = "more than 255 cores",
            FromBackports = true,
        },
        new("grub-mkimage", "makes the boot loader of an ISO", AllIso, "grub-common") { Programs = ["grub-mkimage"] },
        new("grub i386-pc", "starts an ISO by BIOS", AllIso, "grub-pc-bin") { Data = ["/usr/lib/grub/i386-pc/boot_hybrid.img", "/usr/lib/grub/i386-pc/multiboot2.mod"] },
        new("grub x86_64-efi", "starts an ISO by UEFI", AllIso, "grub-efi-amd64-bin") { Data = ["/usr/lib/grub/x86_64-efi/multiboot2.mod"] },
        new("xorriso", "writes an ISO", AllIso, "xorriso") { Programs = ["xorriso"], VersionOption = "-version" },
        new("OVMF", "is the UEFI firmware of QEMU", Activity.Uefi | Activity.Test, "ovmf") { Data = ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"] },
        new("bochs", "runs kernels on processors that QEMU does not have", Activity.Bochs | Activity.Test, "bochs", "bochs-term", "bochsbios", "vgabios")
        {
            Programs = ["bochs"],
            Data = ["/usr/share/bochs/BIOS-bochs-latest", "/usr/share/bochs/VGABIOS-lgpl-latest", "/usr/lib/x86_64-linux-gnu/bochs/plugins/libbx_term_gui.so"],
            VersionOption = "--help",
        },
        new("busybox", "is the program of the tour and of the tests", Activity.Tour | Activity.Test, "busybox-static") { Programs = ["busybox"], VersionOption = "--help" },
        new("DejaVu fonts", "letters the charts of the bench", Activity.Bench | Activity.Tour, "fonts-dejavu-core") { Data = ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"] },
        new("gcc", "makes C programs, those of the tests and of the bench too", Activity.Test | Activity.Bench | Activity.C | Activity.CLibrary, "gcc", "libc6-dev")
        {
            Data = ["/usr/bin/gcc", "/usr/bin/objcopy", "/usr/lib/x86_64-linux-gnu/libc.a"],
        },
        new("g++", "makes C++ programs", Activity.Test | Activity.Cpp, "g++") { Data = ["/usr/bin/g++"] },
        new("make", "makes the C library, redis and fio", Activity.Test | Activity.CLibrary, "make") { Data = ["/usr/bin/make"] },
        new("gdb", "debugs kernels", Activity.Debug, "gdb") { Programs = ["gdb"] },
    ];

    /// <summary>What the programs are made with that the tests run, and the programs that are Debian's own: <c>azalea doctor --tests</c>.</summary>
    /// <remarks>They are looked for where Debian puts them: another compiler of the same name makes another program.</remarks>
    internal static readonly IReadOnlyList<Tool> TestPrograms =
    [
        new("musl", "is the other C library of the tests", Activity.Test, "musl-tools") { Data = ["/usr/bin/musl-gcc"] },
        new("CMake", "makes projects of the tests", Activity.Test, "cmake", "pkg-config") { Data = ["/usr/bin/cmake", "/usr/bin/ctest", "/usr/bin/pkg-config"] },
        new("ld.lld", "links self-relocating C# programs", Activity.Test, "lld") { Data = ["/usr/bin/ld.lld"] },
        new("go", "makes the Go program of the tests", Activity.Test, "golang-go") { Data = ["/usr/bin/go"] },
        new("rustc", "makes the Rust program of the tests", Activity.Test, "rustc") { Data = ["/usr/bin/rustc"] },
        new("SQLite", "is a library of the tests", Activity.Test, "libsqlite3-dev") { Data = ["/usr/lib/x86_64-linux-gnu/libsqlite3.a"] },
        new("Lua", "is a library of the tests", Activity.Test, "liblua5.4-dev") { Data = ["/usr/lib/x86_64-linux-gnu/liblua5.4.a"] },
        new("bash", "is a program of the tests", Activity.Test, "bash-static") { Data = ["/bin/bash-static"] },
        new("spin", "looks at every state of the scheduler's models", Activity.Test, "spin") { Data = ["/usr/bin/spin"] },
        new("zsh", "is a program of the tests", Activity.Test, "zsh-static") { Data = ["/bin/zsh-static"] },
        new("zsh's functions", "complete words in a test", Activity.Test, "zsh") { Data = ["/bin/zsh", "/usr/share/zsh/functions/Completion/compinit"] },
        new("systemd", "starts a unikernel in a test", Activity.Test, "systemd") { Data = ["/usr/bin/systemd-analyze", "/lib/systemd/systemd"] },
        new("fish", "completes words in a test", Activity.Test, "fish") { Data = ["/usr/bin/fish"] },
    ];

    /// <summary>The tools of some activities that this host lacks.</summary>
    internal static IReadOnlyList<Tool> Missing(Activity activities, HostSystem system)
        => [.. All.Where(tool => (tool.Activities & activities) != 0 && tool.Locate(system.Tools) is null)];
}
