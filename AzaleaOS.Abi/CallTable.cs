namespace AzaleaOS.Abi;

/// <summary>The table through which a linked program calls the kernel, at one address in every kernel.</summary>
/// <remarks>
/// The kernel maps it into a program that has a note of this name and type, whose descriptor is two words of four bytes: the
/// <see cref="Version"/> that the program needs, and <see cref="Slots"/> as it knows it. Slot n holds the address of what answers system call n: the caller
/// puts the number into eax and the arguments where <c>syscall</c> wants them, and <c>call *Address(,%rax,8)</c> leaves what <c>syscall</c> leaves,
/// with a return address on the stack in between, so code with a red zone must not contain it.
/// The instruction is <c>FF 14 C5 00 00 0F 05</c>: its last two bytes are a <c>syscall</c>, to which the kernel goes back when it makes an
/// interrupted call again, as it does with all programs.
/// </remarks>
public static class CallTable
{
    /// <summary>Where the table is. The upper half of its lower half must be 0x050F.</summary>
    public const ulong Address = 0x050f_0000;

    /// <summary>What programs are linked for. Grows when a slot's meaning changes or slots are added that a program cannot do without.</summary>
    public const uint Version = 1;

    /// <summary>Slots of eight bytes: Linux's numbers and the kernel's own, one page.</summary>
    public const int Slots = 512;

    /// <summary>The slot that answers whatever number is in eax, those of <see cref="AzaleaCall"/> too, which lie beyond the table.</summary>
    public const int AnyNumber = Slots - 1;

    /// <summary>The note's name, with its zero byte: eight bytes.</summary>
    public const ulong NoteName = 0x0061_656c_617a_41; // "Azalea", and two zero bytes

    /// <summary>Bytes of the name that n_namesz counts.</summary>
    public const uint NoteNameSize = 7;

    /// <summary>n_type.</summary>
    public const uint NoteType = 1;

    /// <summary>n_descsz.</summary>
    public const uint NoteDescriptorSize = 8;
}
