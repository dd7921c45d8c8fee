using System.Text;

namespace AzaleaOS.Build.Linking;

/// <summary>Where the linker puts what: the kernel's layout in memory.</summary>
/// <remarks>
/// Three loaded segments, each page-aligned: .text (read, execute), .data and .bss (read, write),
/// .rodata (read). Read-only data comes last, and the symbol table last in it, so that adding the
/// table in the second pass moves nothing else. Unwind tables are kept for debuggers, not loaded.
/// </remarks>
internal static class LinkerScript
{
    /// <summary>Virtual minus physical address of the kernel image.</summary>
    internal const ulong VirtualBase = 0xffff_ffff_8000_0000;

    /// <summary>Physical address of the image's first byte.</summary>
    internal const ulong PhysicalStart = 0x10_0000;

    /// <summary>The entry of the multiboot2 protocol: e_entry.</summary>
    internal const string Entry = "azalea_entry_multiboot2";

    /// <summary>The section of the table that backtraces are printed from.</summary>
    internal const string SymbolTableSection = ".azalea_symbols";

    /// <summary>The symbols of the layout, for the kernel's page tables and its frame allocator.</summary>
    internal static readonly IReadOnlyList<string> Symbols =
    [
        "azalea_image_begin", "azalea_image_end",
        "azalea_text_begin", "azalea_text_end",
        "azalea_data_begin", "azalea_data_end",
        "azalea_rodata_begin", "azalea_rodata_end",
        "azalea_symbols_begin", "azalea_symbols_end",
    ];

    /// <summary>The output sections that may take memory. Another one means an input section nobody placed.</summary>
    internal static readonly IReadOnlySet<string> AllocatedSections = new HashSet<string>
    {
        ".multiboot2", ".note.pvh", ".text", ".data", ".bss", ".rodata",
    };

    /// <summary>The script, in the language that ld.lld and GNU ld share.</summary>
    /// <param name="kept">Symbols that are reached from outside and must not be collected.</param>
    internal static string Write(IEnumerable<string> kept)
    {
        string load = $"- 0x{VirtualBase:x})";
        var script = new StringBuilder();
        script.Append($$"""
            ENTRY({{Entry}})
            EXTERN({{string.Join(' ', kept.Prepend(Entry))}})
            PHDRS
            {
              text PT_LOAD FLAGS(5);
              note PT_NOTE FLAGS(4);
              data PT_LOAD FLAGS(6);
              rodata PT_LOAD FLAGS(4);
            }
            SECTIONS
            {
              . = 0x{{VirtualBase + PhysicalStart:x}};
              azalea_image_begin = .;
              azalea_text_begin = .;
              .multiboot2 : AT(ADDR(.multiboot2) {{load}} { KEEP(*(.multiboot2)) } :text
              .note.pvh : AT(ADDR(.note.pvh) {{load}} { KEEP(*(.note.pvh)) } :text :note
              .text : AT(ADDR(.text) {{load}} { *(.text .text.*) *(__managedcode) } :text
              . = ALIGN(4096);
              azalea_text_end = .;
              azalea_data_begin = .;
              .data : AT(ADDR(.data) {{load}} { *(.data .data.*) } :data
              .bss : AT(ADDR(.bss) {{load}} { *(.bss .bss.* COMMON) } :data
              . = ALIGN(4096);
              azalea_data_end = .;
              azalea_rodata_begin = .;
              .rodata : AT(ADDR(.rodata) {{load}}
              {
                *(.rodata .rodata.*)
                . = ALIGN(16);
                azalea_symbols_begin = .;
                KEEP(*({{SymbolTableSection}}))
                azalea_symbols_end = .;
              } :rodata
              . = ALIGN(4096);
              azalea_rodata_end = .;
              azalea_image_end = .;
              .eh_frame 0 (INFO) : { KEEP(*(.eh_frame)) } :NONE
              .dotnet_eh_table 0 (INFO) : { *(.dotnet_eh_table) } :NONE
              /DISCARD/ : { *(__modules) *(.comment) *(.note.GNU-stack) *(.note.gnu.*) }
            }

            """);
        return script.ToString();
    }
}
