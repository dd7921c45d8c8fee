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

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_vdso")]
    private static extern void Begin();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_vdso_end")]
    private static extern void End();
}
