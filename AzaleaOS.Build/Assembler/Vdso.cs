using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Linking;

namespace AzaleaOS.Build.Assembler;

/// <summary>Makes the vDSO of its functions, and puts it into the kernel.</summary>
/// <remarks>Names and version are those that C libraries look for. Source: Linux, vdso(7), x86-64.</remarks>
internal sealed class Vdso
{
    /// <summary>In a function: the page of data that lies before the vDSO.</summary>
    internal const string DataSymbol = "vdso_data";

    /// <summary>The vDSO in the kernel's image.</summary>
    internal const string KernelSymbol = "azalea_vdso";

    /// <summary>Its end.</summary>
    internal const string KernelEndSymbol = "azalea_vdso_end";

    /// <summary>Pairs of four bytes: a system call, and where in the vDSO the function is that answers it.</summary>
    internal const string KernelSlotsSymbol = "azalea_vdso_slots";

    /// <summary>Their end.</summary>
    internal const string KernelSlotsEndSymbol = "azalea_vdso_slots_end";

    /// <summary>Bytes of the page of data, and the most that the vDSO may have.</summary>
    internal const int PageSize = 4096;

    private const string Prefix = "__vdso_";

    private readonly KernelObject _code = new();
    private readonly List<SharedSymbol> _symbols = [];
    private readonly SortedDictionary<int, string> _slots = [];

    /// <summary>Whether nobody added a function.</summary>
    internal bool IsEmpty => _symbols.Count == 0;

    /// <summary>Adds a function.</summary>
    internal void Add(string name, Action<KernelAssembler> emit, int slot = -1)
    {
        string symbol = Prefix + name;
        _code.Add(symbol, emit);
        if (slot >= 0)
        {
            _slots.Add(slot, symbol);
            return;
        }

        _symbols.Add(new SharedSymbol(symbol, symbol, IsWeak: false));
        _symbols.Add(new SharedSymbol(name, symbol, IsWeak: true));
    }

    /// <summary>The shared object.</summary>
    /// <exception cref="BuildException">AZ3013: it is longer than a page.</exception>
    internal byte[] ToArray() => ToArray(out _);

    private byte[] ToArray(out Dictionary<string, long> addresses)
    {
        addresses = [];
        var data = new Dictionary<string, long> { [DataSymbol] = -PageSize };
        byte[] image = SharedObject.Link(ElfFile.Parse(_code.ToArray(), "vdso.o"), "linux-vdso.so.1", "LINUX_2.6", _symbols, data, addresses);
        return image.Length <= PageSize ? image
            : throw new BuildException("AZ3013", $"the vDSO has {image.Length} bytes, and {PageSize} are mapped");
    }

    /// <summary>Adds the shared object to the kernel's constants.</summary>
    internal void AddTo(KernelObject output)
    {
        byte[] image = ToArray(out Dictionary<string, long> addresses);
        output.Add(
            KernelSymbol,
            a =>
            {
                a.Bytes(image);
                a.Define(KernelEndSymbol);
            },
            alignment: 16,
            section: ".rodata");
        output.Add(
            KernelSlotsSymbol,
            a =>
            {
                foreach ((int slot, string symbol) in _slots)
                {
                    a.Doubleword((uint)slot);
                    a.Doubleword((uint)addresses[symbol]);
                }

                a.Define(KernelSlotsEndSymbol);
            },
            alignment: 4,
            section: ".rodata");
    }
}
