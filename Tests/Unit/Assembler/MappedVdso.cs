using System.Runtime.InteropServices;
using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Elf;
using AzaleaOS.Cpu;
using AzaleaOS.Plugs.Assembler;

namespace AzaleaOS.Tests.Unit.Assembler;

/// <summary>The kernel's vDSO in this process, with a page of data before it.</summary>
internal sealed unsafe class MappedVdso : IDisposable
{
    private const int PageSize = 4096;
    private const int ReadWriteExecute = 7;
    private const int PrivateAnonymous = 0x22;

    private readonly nint _memory;

    internal MappedVdso()
    {
        _memory = mmap(0, 2 * PageSize, ReadWriteExecute, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, _memory);
        Image.CopyTo(new Span<byte>((void*)Base, PageSize));
    }

    /// <summary>The shared object's bytes, as they are in the kernel.</summary>
    internal static byte[] Image { get; } = Extract();

    internal nint Base => _memory + PageSize;

    internal VdsoData* Data => (VdsoData*)_memory;

    /// <summary>The address of a function, found as musl finds it: DT_HASH, then the version.</summary>
    internal nint Find(string name, string version = "LINUX_2.6") => Base + (nint)new VdsoReader(Image).FindByHash(name, version);

    public void Dispose() => _ = munmap(_memory, 2 * PageSize);

    private static byte[] Extract()
    {
        var o = new KernelObject();
        AssemblerMethods.AddAll(typeof(Ports).Assembly, "plugs", o);
        ElfFile file = ElfFile.Parse(o.ToArray(), "plugs.o");
        ElfSymbol begin = file.Symbols.Single(s => s.Name == "azalea_vdso");
        ElfSymbol end = file.Symbols.Single(s => s.Name == "azalea_vdso_end");
        return file.Contents(file.Sections[begin.SectionIndex]).Slice((int)begin.Value, (int)(end.Value - begin.Value)).ToArray();
    }

    [DllImport("libc", SetLastError = true)]
    private static extern nint mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc", SetLastError = true)]
    private static extern int munmap(nint address, nuint length);
}
