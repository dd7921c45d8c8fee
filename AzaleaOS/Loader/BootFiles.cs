using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Diagnostics;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>Makes files of the boot modules: archives become the tree, an ELF file becomes the program.</summary>
internal static unsafe class BootFiles
{
    private const uint ProgramPermissions = 0x1ed;

    /// <summary>Unpacks the archives and adds the devices.</summary>
    /// <param name="info">The modules.</param>
    /// <param name="program">Which module is an ELF file, the last of several; -1 for none.</param>
    /// <returns>0, or the exit status after a message.</returns>
    internal static int Unpack(in BootInfo info, out int program)
    {
        program = -1;
        if (!FileOperations.Initialize() || !PollableFiles.Initialize() || !FileTree.Initialize() || !DescriptorTable.Initialize())
        {
            return OutOfMemory();
        }

        for (int i = 0; i < info.ModuleCount; i++)
        {
            BootModule module = info.Modules[i];
            byte* bytes = module.Start.Mapped.Pointer;
            if (Initramfs.IsArchive(bytes, module.Length))
            {
                CpioDefect defect = Initramfs.Add(bytes, PromotionView.ArchiveLength(bytes, module.Length));
                if (defect != CpioDefect.None)
                {
                    Log.Error($"boot module {i + 1} is no sound archive: {defect.Text()}");
                    return ExitStatus.CannotRun;
                }
            }
            else if (IsElf(bytes, module.Length))
            {
                program = i;
            }
            else
            {
                Log.Error($"boot module {i + 1} is neither a cpio archive (newc) nor an ELF program");
                return ExitStatus.CannotRun;
            }
        }

        return Devices.Populate() ? 0 : OutOfMemory();
    }

    /// <summary>Gives the program that came as a module its place in the tree, unless something is there.</summary>
    /// <returns>0, or the exit status after a message.</returns>
    internal static int AddProgram(in BootModule module, ByteString path)
    {
        long result = PathWalker.Walk(FileTree.Root, path.Span, follow: true, out _);
        if (result != -Errno.ENOENT)
        {
            return 0;
        }

        CpioDefect defect = module.Length > uint.MaxValue
            ? CpioDefect.OutOfMemory
            : Initramfs.AddFile(path, ProgramPermissions, module.Start.Mapped.Pointer, (uint)module.Length);
        if (defect != CpioDefect.None)
        {
            Log.Error($"{path.Span}: no place for the program: {defect.Text()}");
            return ExitStatus.CannotRun;
        }

        return 0;
    }

    /// <summary>Says that there is too little memory.</summary>
    /// <returns>The exit status.</returns>
    internal static int OutOfMemory()
    {
        Log.Error($"too little memory for the program, of which {Frames.FreeBytes() >> 10} KiB are free now: give the machine more (AZ8001)");
        return ExitStatus.CannotRun;
    }

    private static bool IsElf(byte* bytes, ulong size) => size >= 4 && *(uint*)bytes == ElfConstants.Magic;
}
