using System.Runtime.InteropServices;
using AzaleaOS.Cpu;

namespace AzaleaOS.Tests.Unit.Boot;

/// <summary>A stretch of physical memory between two pages that may not be touched: a wild read ends the test run.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    internal const int Size = 16 * Page;
    private const int Page = 4096;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly byte* _mapping;
    private readonly byte* _memory;

    /// <param name="start">Physical address of the first byte.</param>
    internal GuardedMemory(ulong start)
    {
        Start = start;
        _mapping = Map(null, Size + (2 * Page), 0, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, (nint)_mapping);
        _memory = _mapping + Page;
        Assert.Equal(0, Protect(_memory, Size, ReadWrite));
    }

    internal ulong Start { get; }

    internal ulong End => Start + Size;

    internal Span<byte> Bytes => new(_memory, Size);

    internal PhysicalWindow Window => new(_memory, Start, Size);

    internal void Write<T>(ulong address, T value)
        where T : unmanaged
        => MemoryMarshal.Write(Bytes[(int)(address - Start)..], in value);

    internal void Write(ulong address, ReadOnlySpan<byte> bytes) => bytes.CopyTo(Bytes[(int)(address - Start)..]);

    public void Dispose() => Assert.Equal(0, Unmap(_mapping, Size + (2 * Page)));

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
