using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;

namespace AzaleaOS.Loader;

/// <summary>What a program finds on its stack: argc, argv, envp, the auxiliary vector, and the strings.</summary>
/// <remarks>Source: System V ABI for AMD64, 3.4.1; Linux, fs/binfmt_elf.c, create_elf_tables.</remarks>
internal unsafe ref struct InitialStack
{
    private const int AuxiliaryWords = 2 * 21;
    private const int RandomBytes = 16;

    /// <summary>Where the program headers are, the entry point, and so on.</summary>
    internal LoadedProgram Program;

    /// <summary>argv.</summary>
    internal WordList Arguments;

    /// <summary>envp.</summary>
    internal WordList Environment;

    /// <summary>The program's path.</summary>
    internal ReadOnlySpan<byte> FileName;

    /// <summary>16 bytes for the program's own secrets.</summary>
    internal ReadOnlySpan<byte> Random;

    /// <summary>CPUID 1, edx.</summary>
    internal uint Hardware;

    /// <summary>Bit 1: the FSGSBASE instructions may be used.</summary>
    internal uint Hardware2;

    /// <summary>Bytes of a signal's frame, with the processor's extended state.</summary>
    internal uint SignalStackSize;

    /// <summary>Where to note what is where; by <see cref="ProgramAddress"/>.</summary>
    internal Span<ulong> Addresses;

    /// <summary>Where the vDSO is; 0 if there is none.</summary>
    internal ulong Vdso;

    private (int Count, int Bytes) _arguments;
    private (int Count, int Bytes) _environment;

    /// <summary>How many bytes all of it takes at most. Looks at the lists, once for all; <see cref="Write"/> comes afterwards.</summary>
    internal ulong Measure()
    {
        _arguments = Measure(Arguments);
        _environment = Measure(Environment);
        return (ulong)(_arguments.Bytes + _environment.Bytes + (8 * (_arguments.Count + _environment.Count)) + FileName.Length
            + (8 * (AuxiliaryWords + 8)) + RandomBytes + 64);
    }

    /// <summary>Writes the stack.</summary>
    /// <param name="top">The address behind the stack, a multiple of 16; as many bytes as <see cref="Measure()"/> says below it can be written.</param>
    /// <returns>The program's first stack pointer, a multiple of 16.</returns>
    internal readonly ulong Write(ulong top)
    {
        // As in Linux, the last word is zero, and the path lies below it.
        byte* at = (byte*)(top - 8);
        ulong fileName = Push(ref at, FileName);
        ulong platform = Push(ref at, "x86_64"u8);
        at -= RandomBytes;
        Random[..RandomBytes].CopyTo(new Span<byte>(at, RandomBytes));
        ulong random = (ulong)at;

        Note(ProgramAddress.EnvironmentEnd, (ulong)at);
        byte* environment = at -= _environment.Bytes;
        Note(ProgramAddress.Environment, (ulong)at);
        Note(ProgramAddress.ArgumentsEnd, (ulong)at);
        byte* arguments = at -= _arguments.Bytes;
        Note(ProgramAddress.Arguments, (ulong)at);

        int words = 1 + _arguments.Count + 1 + _environment.Count + 1 + AuxiliaryWords;
        ulong* word = (ulong*)(((ulong)at - ((ulong)words * 8)) & ~15UL);
        ulong stackPointer = (ulong)word;

        *word++ = (ulong)_arguments.Count;
        Copy(Arguments, arguments, ref word);
        Copy(Environment, environment, ref word);
        Note(ProgramAddress.Stack, stackPointer);
        Note(ProgramAddress.Auxiliary, (ulong)word);
        if (Vdso != 0)
        {
            Add(ref word, AuxiliaryKey.Vdso, Vdso);
        }

        Add(ref word, AuxiliaryKey.Hardware, Hardware);
        Add(ref word, AuxiliaryKey.PageSize, 4096);
        Add(ref word, AuxiliaryKey.ClockTicks, 100);
        Add(ref word, AuxiliaryKey.ProgramHeaders, Program.HeadersAddress);
        Add(ref word, AuxiliaryKey.ProgramHeaderSize, (ulong)sizeof(ElfProgramHeader));
        Add(ref word, AuxiliaryKey.ProgramHeaderCount, (ulong)Program.HeaderCount);
        Add(ref word, AuxiliaryKey.InterpreterBase, 0);
        Add(ref word, AuxiliaryKey.Flags, 0);
        Add(ref word, AuxiliaryKey.Entry, Program.Entry);
        Add(ref word, AuxiliaryKey.User, 0);
        Add(ref word, AuxiliaryKey.EffectiveUser, 0);
        Add(ref word, AuxiliaryKey.Group, 0);
        Add(ref word, AuxiliaryKey.EffectiveGroup, 0);
        Add(ref word, AuxiliaryKey.Secure, 0);
        Add(ref word, AuxiliaryKey.Random, random);
        Add(ref word, AuxiliaryKey.Hardware2, Hardware2);
        Add(ref word, AuxiliaryKey.FileName, fileName);
        Add(ref word, AuxiliaryKey.Platform, platform);
        Add(ref word, AuxiliaryKey.SignalStackSize, SignalStackSize);
        Add(ref word, AuxiliaryKey.End, 0);
        Note(ProgramAddress.AuxiliaryEnd, (ulong)word);
        return stackPointer;
    }

    private readonly void Note(ProgramAddress which, ulong address)
    {
        if (!Addresses.IsEmpty)
        {
            Addresses[(int)which] = address;
        }
    }

    private static void Add(ref ulong* word, AuxiliaryKey key, ulong value)
    {
        *word++ = (ulong)key;
        *word++ = value;
    }

    private static ulong Push(ref byte* at, ReadOnlySpan<byte> text)
    {
        at -= text.Length + 1;
        text.CopyTo(new Span<byte>(at, text.Length));
        at[text.Length] = 0;
        return (ulong)at;
    }

    private static void Copy(WordList words, byte* to, ref ulong* word)
    {
        foreach (ByteString text in words)
        {
            text.Span.CopyTo(new Span<byte>(to, text.Length));
            to[text.Length] = 0;
            *word++ = (ulong)to;
            to += text.Length + 1;
        }

        *word++ = 0;
    }

    // A list with a prefix counts words that it does not show.
    private static (int Count, int Bytes) Measure(WordList words)
    {
        int count = 0;
        int bytes = 0;
        foreach (ByteString text in words)
        {
            count++;
            bytes += text.Length + 1;
        }

        return (count, bytes);
    }
}
