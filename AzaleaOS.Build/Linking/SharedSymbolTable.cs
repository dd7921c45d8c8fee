using System.Buffers.Binary;
using System.Text;
using AzaleaOS.Build.Elf;

namespace AzaleaOS.Build.Linking;

/// <summary>A name that a shared object exports.</summary>
/// <param name="Name">The name.</param>
/// <param name="Target">The function of the object that it means.</param>
/// <param name="IsWeak">Whether a program's own function of that name goes before.</param>
internal sealed record SharedSymbol(string Name, string Target, bool IsWeak);

/// <summary>The dynamic symbols of a shared object, with names, versions and both hash tables.</summary>
internal sealed class SharedSymbolTable
{
    /// <summary>How many versions are defined: the object itself, and the one of its symbols.</summary>
    internal const int DefinitionCount = 2;

    private const int SymbolSize = 24;
    private const int BucketCount = 4;
    private const int BloomShift = 6;
    private const ushort GlobalVersion = 2;

    private readonly SharedSymbol[] _symbols;
    private readonly List<byte> _names = [0];
    private readonly int[] _symbolNames;
    private readonly string _name;
    private readonly string _version;
    private readonly int _versionOffset;

    /// <param name="symbols">The exported names.</param>
    /// <param name="name">The object's own name.</param>
    /// <param name="version">The version of all symbols.</param>
    internal SharedSymbolTable(IReadOnlyList<SharedSymbol> symbols, string name, string version)
    {
        // The GNU table needs the symbols of a bucket side by side.
        _symbols = [.. symbols.OrderBy(s => GnuHashOf(s.Name) % BucketCount)];
        _name = name;
        _version = version;
        _symbolNames = [.. _symbols.Select(s => AddName(s.Name))];
        NameOffset = AddName(name);
        _versionOffset = AddName(version);
    }

    /// <summary>Symbols, with the unused first one.</summary>
    internal int Count => _symbols.Length + 1;

    /// <summary>Where the object's own name is.</summary>
    internal int NameOffset { get; }

    /// <summary>All names.</summary>
    internal byte[] Names => [.. _names];

    /// <summary>The System V hash of a name.</summary>
    /// <remarks>Source: System V gABI, chapter 5, Hash Table.</remarks>
    internal static uint HashOf(string name)
    {
        uint hash = 0;
        foreach (byte letter in Encoding.ASCII.GetBytes(name))
        {
            hash = (hash << 4) + letter;
            uint top = hash & 0xf000_0000;
            hash = (hash ^ (top >> 24)) & ~top;
        }

        return hash;
    }

    /// <summary>The hash that GNU's table uses.</summary>
    internal static uint GnuHashOf(string name)
        => Encoding.ASCII.GetBytes(name).Aggregate(5381u, (hash, letter) => (hash * 33) + letter);

    /// <summary>The symbols.</summary>
    /// <param name="addressOf">Where a function is.</param>
    /// <param name="sizeOf">How long it is.</param>
    /// <param name="section">The section that all of them are in.</param>
    internal byte[] Symbols(Func<string, long> addressOf, Func<string, long> sizeOf, int section)
    {
        byte[] bytes = new byte[Count * SymbolSize];
        for (int i = 0; i < _symbols.Length; i++)
        {
            Span<byte> to = bytes.AsSpan((i + 1) * SymbolSize);
            ElfSymbolBinding binding = _symbols[i].IsWeak ? ElfSymbolBinding.Weak : ElfSymbolBinding.Global;
            BinaryPrimitives.WriteInt32LittleEndian(to, _symbolNames[i]);
            to[4] = (byte)(((int)binding << 4) | (int)ElfSymbolType.Function);
            BinaryPrimitives.WriteUInt16LittleEndian(to[6..], (ushort)section);
            BinaryPrimitives.WriteInt64LittleEndian(to[8..], addressOf(_symbols[i].Target));
            BinaryPrimitives.WriteInt64LittleEndian(to[16..], sizeOf(_symbols[i].Target));
        }

        return bytes;
    }

    /// <summary>The System V hash table.</summary>
    internal byte[] Hash()
    {
        uint[] words = new uint[2 + BucketCount + Count];
        words[0] = BucketCount;
        words[1] = (uint)Count;
        for (int i = _symbols.Length; i > 0; i--)
        {
            ref uint bucket = ref words[2 + (HashOf(_symbols[i - 1].Name) % BucketCount)];
            words[2 + BucketCount + i] = bucket;
            bucket = (uint)i;
        }

        return Bytes(words);
    }

    /// <summary>GNU's hash table, with a Bloom filter of one word.</summary>
    internal byte[] GnuHash()
    {
        ulong bloom = 0;
        uint[] words = new uint[6 + BucketCount + _symbols.Length];
        words[0] = BucketCount;
        words[1] = 1; // the first symbol in the table
        words[2] = 1; // words of the filter
        words[3] = BloomShift;
        for (int i = 0; i < _symbols.Length; i++)
        {
            uint hash = GnuHashOf(_symbols[i].Name);
            uint bucket = hash % BucketCount;
            bloom |= (1UL << (int)(hash % 64)) | (1UL << (int)((hash >> BloomShift) % 64));
            if (words[6 + bucket] == 0)
                words[6 + bucket] = (uint)(i + 1);
            bool isLast = i + 1 == _symbols.Length || GnuHashOf(_symbols[i + 1].Name) % BucketCount != bucket;
            words[6 + BucketCount + i] = (hash & ~1u) | (isLast ? 1u : 0u);
        }

        words[4] = (uint)bloom;
        words[5] = (uint)(bloom >> 32);
        return Bytes(words);
    }

    /// <summary>The version of each symbol.</summary>
    internal byte[] Versions()
    {
        byte[] bytes = new byte[Count * 2];
        for (int i = 1; i < Count; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * 2), GlobalVersion);
        return bytes;
    }

    /// <summary>The versions that there are.</summary>
    internal byte[] VersionDefinitions()
    {
        const int Definition = 20 + 8;
        byte[] bytes = new byte[2 * Definition];
        for (int i = 0; i < 2; i++)
        {
            Span<byte> to = bytes.AsSpan(i * Definition);
            BinaryPrimitives.WriteUInt16LittleEndian(to, 1); // vd_version
            BinaryPrimitives.WriteUInt16LittleEndian(to[2..], i == 0 ? (ushort)1 : (ushort)0); // VER_FLG_BASE
            BinaryPrimitives.WriteUInt16LittleEndian(to[4..], (ushort)(i + 1)); // vd_ndx
            BinaryPrimitives.WriteUInt16LittleEndian(to[6..], 1); // vd_cnt
            BinaryPrimitives.WriteUInt32LittleEndian(to[8..], HashOf(i == 0 ? _name : _version));
            BinaryPrimitives.WriteUInt32LittleEndian(to[12..], 20); // vd_aux
            BinaryPrimitives.WriteUInt32LittleEndian(to[16..], i == 0 ? (uint)Definition : 0); // vd_next
            BinaryPrimitives.WriteInt32LittleEndian(to[20..], i == 0 ? NameOffset : _versionOffset); // vda_name
        }

        return bytes;
    }

    private int AddName(string name)
    {
        int offset = _names.Count;
        _names.AddRange(Encoding.ASCII.GetBytes(name));
        _names.Add(0);
        return offset;
    }

    private static byte[] Bytes(uint[] words)
    {
        byte[] bytes = new byte[words.Length * 4];
        Buffer.BlockCopy(words, 0, bytes, 0, bytes.Length);
        return bytes;
    }
}
