using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Diagnostics;

/// <summary>Where the linker put the kernel: virtual addresses, ends exclusive, on page boundaries unless said otherwise.</summary>
internal static unsafe class KernelImage
{
    /// <summary>The first byte of the image.</summary>
    internal static ulong Begin => (ulong)(delegate*<void>)&ImageBegin;

    /// <summary>Behind the image, .bss included.</summary>
    internal static ulong End => (ulong)(delegate*<void>)&ImageEnd;

    /// <summary>Code: read and execute.</summary>
    internal static ulong TextBegin => (ulong)(delegate*<void>)&TextStart;

    /// <summary>Behind the code.</summary>
    internal static ulong TextEnd => (ulong)(delegate*<void>)&TextStop;

    /// <summary>Data and .bss: read and write.</summary>
    internal static ulong DataBegin => (ulong)(delegate*<void>)&DataStart;

    /// <summary>Behind .bss.</summary>
    internal static ulong DataEnd => (ulong)(delegate*<void>)&DataStop;

    /// <summary>Constants: read.</summary>
    internal static ulong ReadOnlyDataBegin => (ulong)(delegate*<void>)&ReadOnlyDataStart;

    /// <summary>Behind the constants.</summary>
    internal static ulong ReadOnlyDataEnd => (ulong)(delegate*<void>)&ReadOnlyDataStop;

    /// <summary>Of the program that is linked into the image: physical address in the lower half, length in the upper one; 0 if there is none.</summary>
    internal static ulong LinkedProgram => *(ulong*)(delegate*<void>)&Program;

    /// <summary>The packed symbol table; not on page boundaries, empty if there is none.</summary>
    internal static ReadOnlySpan<byte> Symbols
    {
        get
        {
            byte* begin = (byte*)(delegate*<void>)&SymbolsStart;
            byte* end = (byte*)(delegate*<void>)&SymbolsStop;
            return new ReadOnlySpan<byte>(begin, (int)(end - begin));
        }
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_image_begin")]
    private static extern void ImageBegin();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_image_end")]
    private static extern void ImageEnd();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_text_begin")]
    private static extern void TextStart();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_text_end")]
    private static extern void TextStop();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_data_begin")]
    private static extern void DataStart();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_data_end")]
    private static extern void DataStop();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_rodata_begin")]
    private static extern void ReadOnlyDataStart();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_rodata_end")]
    private static extern void ReadOnlyDataStop();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_linked_program")]
    private static extern void Program();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_symbols_begin")]
    private static extern void SymbolsStart();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_symbols_end")]
    private static extern void SymbolsStop();
}
