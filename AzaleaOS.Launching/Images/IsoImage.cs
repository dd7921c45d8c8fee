using System.Globalization;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Images;

/// <summary>
/// Writes a bootable image that starts from CD, disk and USB stick, by BIOS and by UEFI: GRUB for both, the kernel,
/// its modules and its command line. The same input gives the same bytes.
/// </summary>
public static class IsoImage
{
    private static readonly string[] s_grubModules =
    [
        "normal", "configfile", "search", "search_fs_file", "iso9660", "fat", "part_msdos", "part_gpt",
        "multiboot2", "boot", "serial", "terminal", "echo", "test", "halt",
    ];

    /// <summary>Writes the image.</summary>
    public static void Write(IsoRequest request) => Write(request, HostTools.Default);

    /// <summary>Writes the image with given tools.</summary>
    internal static void Write(IsoRequest request, HostTools tools)
    {
        foreach (string file in (IEnumerable<string>)[request.Kernel, .. request.Modules])
        {
            if (!File.Exists(file))
                throw LaunchException.NoInput("AZ6004", $"{file}: no such file");
        }

        const string purpose = "is part of the boot loader on the ISO";
        string grub = tools.Program("grub-mkimage", "makes the boot loader of the ISO");
        string xorriso = tools.Program("xorriso", "writes the ISO");
        string bios = tools.Data(purpose, "/usr/lib/grub/i386-pc");
        string efi = tools.Data(purpose, "/usr/lib/grub/x86_64-efi");
        string hybrid = tools.Data(purpose, "/usr/lib/grub/i386-pc/boot_hybrid.img");

        DirectoryInfo work = Directory.CreateTempSubdirectory("azalea-iso-");
        try
        {
            string tree = Path.Combine(work.FullName, "cd");
            string boot = Path.Combine(tree, "boot", "grub");
            Directory.CreateDirectory(boot);
            Directory.CreateDirectory(Path.Combine(tree, "EFI"));
            string early = Path.Combine(work.FullName, "early.cfg");
            File.WriteAllText(early, GrubConfiguration.Early);
            File.WriteAllText(Path.Combine(boot, "grub.cfg"), GrubConfiguration.Menu(request.CommandLine, request.Modules.Count, request.MenuSeconds));
            File.Copy(request.Kernel, Path.Combine(tree, "boot", "kernel.elf"));
            for (int i = 0; i < request.Modules.Count; i++)
                File.Copy(request.Modules[i], Path.Combine(tree, "boot", $"module{i}"));

            string efiProgram = Path.Combine(work.FullName, "BOOTX64.EFI");
            Parallel.Invoke(
                () => MakeGrub(grub, "i386-pc-eltorito", bios, early, Path.Combine(boot, "eltorito.img"), "biosdisk"),
                () => MakeGrub(grub, "x86_64-efi", efi, early, efiProgram, "efi_gop"));
            File.WriteAllBytes(Path.Combine(tree, "EFI", "efi.img"), FatImage.Create(File.ReadAllBytes(efiProgram)));
            FixTimes(tree);
            MakeIso(xorriso, request, tree, hybrid);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static void MakeGrub(string grub, string format, string directory, string early, string output, string firmwareModule)
        => ToolRunner.Run(grub, "AZ6005", ["-O", format, "-d", directory, "-p", "/boot/grub", "-c", early, "-o", output, firmwareModule, .. s_grubModules]);

    private static void MakeIso(string xorriso, IsoRequest request, string tree, string hybrid)
    {
        string partial = request.Output + ".partial";
        File.Delete(partial);
        string date = SourceDate.Utc.ToString("yyyyMMddHHmmss00", CultureInfo.InvariantCulture);
        ToolRunner.Run(xorriso, "AZ6006",
        [
            "-as", "mkisofs", "-quiet", "-r", "-V", request.Label, "-o", partial,
            $"--modification-date={date}", "--set_all_file_dates", "set_to_mtime",
            "-b", "boot/grub/eltorito.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", "--grub2-boot-info", "--grub2-mbr", hybrid,
            "--efi-boot", "EFI/efi.img", "-efi-boot-part", "--efi-boot-image", "--protective-msdos-label",
            tree,
        ]);
        File.Move(partial, request.Output, overwrite: true);
    }

    private static void FixTimes(string tree)
    {
        foreach (string path in Directory.GetFiles(tree, "*", SearchOption.AllDirectories))
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            File.SetLastWriteTimeUtc(path, SourceDate.Utc);
        }

        foreach (string path in (IEnumerable<string>)[tree, .. Directory.GetDirectories(tree, "*", SearchOption.AllDirectories)])
            Directory.SetLastWriteTimeUtc(path, SourceDate.Utc);
    }
}
