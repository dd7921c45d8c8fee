using System.Text;

namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>A cpio archive under construction.</summary>
internal sealed class Archive
{
    private readonly MemoryStream _bytes = new();
    private readonly Dictionary<string, long> _offsets = [];
    private uint _inode = 100;

    internal Archive Directory(string path, uint mode = 0x41ed, uint modified = 1_000_000_000) => Entry(path, mode, [], modified: modified);

    internal Archive File(string path, string contents, uint mode = 0x81a4, uint modified = 1_000_000_000)
        => Entry(path, mode, Encoding.UTF8.GetBytes(contents), modified: modified);

    internal Archive Link(string path, string target) => Entry(path, 0xa1ff, Encoding.UTF8.GetBytes(target));

    internal Archive Device(string path, uint mode, uint major, uint minor) => Entry(path, mode, [], specialMajor: major, specialMinor: minor);

    internal Archive Entry(
        string path, uint mode, byte[] contents, uint links = 1, uint modified = 0, uint inode = 0,
        uint specialMajor = 0, uint specialMinor = 0, uint user = 0)
    {
        byte[] name = Encoding.UTF8.GetBytes(path + "\0");
        uint[] numbers =
        [
            inode == 0 ? _inode++ : inode, mode, user, 0, links, modified, (uint)contents.Length,
            8, 1, specialMajor, specialMinor, (uint)name.Length, 0,
        ];
        Write(Encoding.ASCII.GetBytes("070701" + string.Concat(numbers.Select(n => n.ToString("X8")))), name);
        _offsets[path] = _bytes.Length;
        Write(contents);
        return this;
    }

    /// <summary>True if there is an entry of this path.</summary>
    internal bool Has(string path) => _offsets.ContainsKey(path);

    /// <summary>Where the contents of an entry begin.</summary>
    internal long OffsetOf(string path) => _offsets[path];

    /// <summary>The archive so far; more can be added afterwards.</summary>
    internal byte[] ToBytes(bool trailer = true)
    {
        long end = _bytes.Length;
        if (trailer)
            Entry("TRAILER!!!", 0, []);
        byte[] bytes = _bytes.ToArray();
        _bytes.SetLength(end);
        return bytes;
    }

    private void Write(params byte[][] pieces)
    {
        foreach (byte[] piece in pieces)
            _bytes.Write(piece);
        while (_bytes.Length % 4 != 0)
            _bytes.WriteByte(0);
    }
}
