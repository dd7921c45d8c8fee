using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Plugs.Kernel;

/// <summary>On the machine the kernel does not ask whether memory is there: it tries, and is told by a page fault.</summary>
[Plug("AzaleaOS.Memory.UserAccess, AzaleaOS")]
public static unsafe class UserAccessPlug
{
    /// <summary>See <see cref="Assembler.UserCopy.Copy"/>.</summary>
    public static ulong CopyIn(void* to, ulong from, ulong count) => Copy(to, (void*)from, count);

    /// <summary>See <see cref="Assembler.UserCopy.Copy"/>.</summary>
    public static ulong CopyOut(ulong to, void* from, ulong count) => Copy((void*)to, from, count);

    /// <summary>See <see cref="Assembler.UserCopy.Clear"/>.</summary>
    public static ulong Clear(ulong to, ulong count) => ClearBytes(to, count);

    /// <summary>See <see cref="Assembler.UserCopy.CopyText"/>.</summary>
    public static long CopyText(byte* to, ulong from, ulong room) => Text(to, from, room);

    /// <summary>See <see cref="Assembler.UserCopy.CopyPath"/>.</summary>
    public static long CopyPath(byte* to, ulong from, ulong room) => Path(to, from, room);

    /// <summary>See <see cref="Assembler.UserCopy.Load"/>.</summary>
    public static long Load(ulong address) => LoadWord(address);

    /// <summary>See <see cref="Assembler.UserCopy.CompareExchange"/>.</summary>
    public static long CompareExchange(ulong address, uint expected, uint desired) => Exchange(address, expected, desired);

    /// <summary>See <see cref="Assembler.UserCopy.Fixups"/>.</summary>
    public static ulong* Fixups() => (ulong*)(delegate*<void>)&FixupTable;

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_user_copy")]
    private static extern ulong Copy(void* to, void* from, ulong count);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_user_clear")]
    private static extern ulong ClearBytes(ulong to, ulong count);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_user_copy_text")]
    private static extern long Text(byte* to, ulong from, ulong room);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_user_copy_path")]
    private static extern long Path(byte* to, ulong from, ulong room);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_user_load")]
    private static extern long LoadWord(ulong address);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_user_compare_exchange")]
    private static extern long Exchange(ulong address, uint expected, uint desired);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_user_fixups")]
    private static extern void FixupTable();
}
