using System.Runtime.CompilerServices;

namespace AzaleaOS.Cpu;

/// <summary>The state of vector and floating-point units: which parts exist, and the space to save them.</summary>
/// <remarks>
/// The kernel is SSE2 code; the wider parts are for the application. Source: SDM vol. 1, 13.1 to 13.3.
/// </remarks>
internal static unsafe class VectorState
{
    private const ulong Cr0MonitorCoprocessor = 1 << 1;
    private const ulong Cr0Emulation = 1 << 2;
    private const ulong Cr0TaskSwitched = 1 << 3;
    private const ulong Cr0NumericError = 1 << 5;
    private const ulong Cr4FxSave = 1 << 9;
    private const ulong Cr4SimdExceptions = 1 << 10;
    private const ulong Cr4XSave = 1 << 18;

    private const uint StateLeaf = 0xd;
    private const ulong X87AndSse = 0x3;
    private const ulong Avx = 1 << 2;
    private const ulong Avx512 = 0x7 << 5;

    private static ulong s_components;
    private static int s_size = LegacySize;

    /// <summary>Bytes of an FXSAVE area, the first part of every area.</summary>
    internal const int LegacySize = 512;

    /// <summary>Bytes of the header that follows it in an XSAVE area.</summary>
    internal const int HeaderSize = 64;

    /// <summary>The components of XCR0; 0 if there is no XSAVE and FXSAVE is all.</summary>
    internal static ulong Components => s_components;

    /// <summary>The registers of AVX are on.</summary>
    internal static bool HasAvx => (s_components & Avx) != 0;

    /// <summary>XGETBV tells what is in use.</summary>
    internal static bool TellsUse => s_components != 0 && (CpuIdResult.Of(StateLeaf, 1).Eax & (1 << 2)) != 0;

    /// <summary>Bytes of an area that holds all enabled components, in the standard format.</summary>
    internal static int Size => s_size;

    /// <summary>Turns the units of this core on. The boot core decides which; all cores do the same.</summary>
    internal static void Enable()
    {
        ulong cr0 = Instructions.ReadCr0() & ~(Cr0Emulation | Cr0TaskSwitched);
        Instructions.WriteCr0(cr0 | Cr0MonitorCoprocessor | Cr0NumericError);

        ulong cr4 = Instructions.ReadCr4() | Cr4FxSave | Cr4SimdExceptions;
        if (!CpuFeatures.HasXSave)
        {
            Instructions.WriteCr4(cr4);
            return;
        }
        Instructions.WriteCr4(cr4 | Cr4XSave);

        bool first = s_components == 0;
        if (first) s_components = Choose(CpuIdResult.Of(StateLeaf));
        Instructions.WriteXcr0(s_components);
        // ebx is the size for what XCR0 holds now.
        if (first) s_size = (int)CpuIdResult.Of(StateLeaf).Ebx;
    }

    /// <summary>Makes an area of any contents ready for <see cref="Save"/>, which leaves parts of the header alone.</summary>
    /// <remarks>Source: SDM vol. 1, 13.4.2 and 13.7.</remarks>
    internal static void Prepare(void* area)
    {
        if (s_components != 0) new Span<byte>((byte*)area + LegacySize, HeaderSize).Clear();
    }

    /// <summary>Stores this core's vector registers to a 64-byte aligned area of <see cref="Size"/> bytes that was prepared once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Save(void* area)
    {
        if (s_components != 0) Instructions.XSave(area);
        else Instructions.FxSave(area);
    }

    /// <summary>Loads this core's vector registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Restore(void* area)
    {
        if (s_components != 0) Instructions.XRestore(area);
        else Instructions.FxRestore(area);
    }

    /// <summary>Makes an area hold what a program starts with: nothing but the control words.</summary>
    /// <remarks>Source: System V ABI for AMD64, figure 3.10; SDM vol. 1, table 10-2 (FXSAVE layout).</remarks>
    internal static void Reset(void* area)
    {
        const ushort InitialControlWord = 0x37f;
        const uint InitialMxcsr = 0x1f80;
        new Span<byte>(area, s_size).Clear();
        *(ushort*)area = InitialControlWord;
        *(uint*)((byte*)area + 24) = InitialMxcsr;
        // In an XSAVE area the header says which components are not in their initial state.
        if (s_components != 0) *(ulong*)((byte*)area + LegacySize) = X87AndSse;
    }

    /// <summary>The components to enable of those that exist: AVX-512's three only together, and only with AVX.</summary>
    internal static ulong Choose(CpuIdResult leaf)
    {
        ulong supported = leaf.Eax | ((ulong)leaf.Edx << 32);
        ulong components = X87AndSse;
        if ((supported & Avx) != 0)
        {
            components |= Avx;
            if ((supported & Avx512) == Avx512) components |= Avx512;
        }
        return components;
    }
}
