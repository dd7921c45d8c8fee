using AzaleaOS.Build.Assembler;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>By which GRUB knows the kernel.</summary>
internal static class Multiboot2Header
{
    private const uint Magic = 0xe852_50d6;
    private const uint ArchitectureI386 = 0;
    private const uint Length = 16 + 8 + 8;
    private const ushort ModuleAlignmentTag = 6;
    private const ushort EndTag = 0;
    private const uint TagLength = 8;

    /// <summary>The header: 32 bytes that must lie in the first 32 KiB of the file.</summary>
    /// <remarks>
    /// GRUB loads the ELF segments, page-aligns the modules, and enters at e_entry in 32-bit protected
    /// mode, from BIOS and from UEFI alike. Source: Multiboot2 specification 2.0, 3.1.
    /// </remarks>
    [AssemblerMethod("azalea_multiboot2_header", Alignment = 8, Section = ".multiboot2")]
    internal static void Emit(KernelAssembler a)
    {
        a.Doubleword(Magic);
        a.Doubleword(ArchitectureI386);
        a.Doubleword(Length);
        a.Doubleword(unchecked(0u - (Magic + ArchitectureI386 + Length)));

        a.Word(ModuleAlignmentTag);
        a.Word(0);
        a.Doubleword(TagLength);

        a.Word(EndTag);
        a.Word(0);
        a.Doubleword(TagLength);
    }
}
