using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Cpu;

/// <summary>The vDSO as the build put it into the kernel: a shared object that is its own image in memory.</summary>
internal static unsafe class VdsoImage
{
    /// <summary>Its bytes; less than a page.</summary>
    internal static ReadOnlySpan<byte> Bytes
    {
        get
        {
            byte* begin = (byte*)(delegate*<void>)&Begin;
            return new(begin, (int)((byte*)(delegate*<void>)&End - begin));
        }
    }

    /// <summary>Pairs: a system call's number, and where in <see cref="Bytes"/> the function is that answers it for a linked program.</summary>
    /// <remarks>Pointers: the compiler folds the difference of two symbols, divided by four, to something else.</remarks>
    internal static uint* Slots => (uint*)(delegate*<void>)&SlotsBegin;

    /// <summary>Behind the last of them.</summary>
    internal static uint* SlotsLimit => (uint*)(delegate*<void>)&SlotsEnd;

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_vdso_slots")]
    private static extern void SlotsBegin();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_vdso_slots_end")]
    private static extern void SlotsEnd();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_vdso")]
    private static extern void Begin();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_vdso_end")]
    private static extern void End();
}
