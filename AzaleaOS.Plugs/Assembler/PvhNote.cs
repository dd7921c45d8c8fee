using AzaleaOS.Build.Assembler;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>By which QEMU and Xen know the kernel (<c>-kernel</c>).</summary>
internal static class PvhNote
{
    private const uint Physical32Entry = 18;

    /// <summary>An ELF note "Xen", type 18: the physical address of the 32-bit entry.</summary>
    /// <remarks>Eight bytes, of which QEMU reads all. Source: Xen public/elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY.</remarks>
    [AssemblerMethod("azalea_pvh_note", Alignment = 4, Section = ".note.pvh")]
    internal static void Emit(KernelAssembler a)
    {
        a.Doubleword(4); // bytes of the name
        a.Doubleword(8); // bytes of the address
        a.Doubleword(Physical32Entry);
        a.Bytes("Xen\0"u8);
        a.Pointer32(a["azalea_entry_pvh"].Physical);
        a.Doubleword(0);
    }
}
