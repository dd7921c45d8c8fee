using System.Diagnostics;
using System.Text;
using AzaleaOS.Tests.Unit.Applications;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>The files that a script's programs find: the same on both sides.</summary>
internal static class ScriptFiles
{
    internal const string Program = "/script";
    internal const string Script = "/programs";

    /// <summary>Where programs make their folders; what they would make is there as well, for a kernel that cannot write.</summary>
    internal const string Top = "/t";

    private static readonly (string Path, int Bytes)[] s_files = [("f", 10000), ("empty", 0), ("d/g", 100)];
    private static readonly (string Path, string Target)[] s_links = [("l", "f"), ("dangling", "nowhere"), ("loop", "loop")];

    internal static void CreateOnHost(string root, string program, string script)
    {
        const UnixFileMode Readable = (UnixFileMode)0x1ed;
        string top = root + Top;
        Directory.CreateDirectory(root, Readable);
        Directory.CreateDirectory(root + "/dev", Readable);
        Directory.CreateDirectory(top + "/d", Readable);
        File.Copy(program, root + Program);
        File.WriteAllText(root + Script, script);
        foreach ((string path, int bytes) in s_files)
            File.WriteAllBytes(Path.Combine(top, path), Contents(bytes));
        foreach ((string path, string target) in s_links)
            File.CreateSymbolicLink(Path.Combine(top, path), target);
        foreach ((string name, string minor) in (ReadOnlySpan<(string, string)>)[("null", "3"), ("zero", "5")])
            Process.Start("/bin/mknod", ["-m", "666", $"{root}/dev/{name}", "c", "1", minor]).WaitForExit();
    }

    internal static byte[] ToArchive(string program, string script)
    {
        var archive = new Archive();
        archive.Entry(Program, 0x81ed, File.ReadAllBytes(program));
        archive.Entry(Script, 0x81a4, Encoding.ASCII.GetBytes(script));
        archive.Directory(Top);
        archive.Directory(Top + "/d");
        foreach ((string path, int bytes) in s_files)
            archive.Entry($"{Top}/{path}", 0x81a4, Contents(bytes));
        foreach ((string path, string target) in s_links)
            archive.Link($"{Top}/{path}", target);
        return archive.ToBytes();
    }

    private static byte[] Contents(int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)('a' + (i % 512 % 26)))];
}
