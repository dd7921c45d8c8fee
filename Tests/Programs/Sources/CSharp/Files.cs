using System.Security.Cryptography;
using System.Text;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>Files and directories below the working directory.</summary>
internal static class Files
{
    internal static async Task RunAsync()
    {
        Directory.CreateDirectory("tree/a/b");
        await File.WriteAllTextAsync("tree/a/text", "one\ntwo\nthree\n");
        await File.AppendAllTextAsync("tree/a/text", "four\n");
        Console.WriteLine(File.ReadAllLines("tree/a/text").Length);
        File.Copy("tree/a/text", "tree/a/b/copy");
        File.Move("tree/a/b/copy", "tree/a/b/moved");
        Console.WriteLine(string.Join(' ', Directory.EnumerateFileSystemEntries("tree", "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)));

        byte[] bytes = new byte[300_000];
        new Random(7).NextBytes(bytes);
        await using (var stream = new FileStream("tree/bytes", FileMode.Create, FileAccess.ReadWrite, FileShare.None, 4096, useAsync: true))
        {
            await stream.WriteAsync(bytes);
            stream.Seek(1000, SeekOrigin.Begin);
            stream.WriteByte(42);
            stream.SetLength(250_000);
            await stream.FlushAsync();
            Console.WriteLine(stream.Length);
        }

        bytes[1000] = 42;
        Console.WriteLine(File.ReadAllBytes("tree/bytes").AsSpan().SequenceEqual(bytes.AsSpan(0, 250_000)));
        Console.WriteLine(Convert.ToHexString(Fnv1a(File.ReadAllBytes("tree/bytes"))));
        File.CreateSymbolicLink("tree/link", "a/text");
        Console.WriteLine(new FileInfo("tree/link").LinkTarget);
        Console.WriteLine(File.ReadAllText("tree/link").Length);
        File.SetUnixFileMode("tree/a/text", UnixFileMode.UserRead);
        Console.WriteLine(File.GetUnixFileMode("tree/a/text"));
        File.SetLastWriteTimeUtc("tree/a/text", DateTime.UnixEpoch.AddDays(10_000));
        Console.WriteLine(File.GetLastWriteTimeUtc("tree/a/text").ToString("s", System.Globalization.CultureInfo.InvariantCulture));
        foreach (Func<object> wrong in (Func<object>[])[() => File.ReadAllText("missing"), () => File.ReadAllText("tree/a"), () => Directory.GetFiles("none"), () => File.Open("tree/bytes", FileMode.CreateNew)])
        {
            try
            {
                wrong();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.WriteLine(e.GetType().Name);
            }
        }

        using (FileStream held = File.Open("tree/bytes", FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            try
            {
                File.ReadAllBytes("tree/bytes");
            }
            catch (IOException e)
            {
                Console.WriteLine(e.GetType().Name);
            }
        }

        await Parallel.ForAsync(0, 20, async (i, cancel) =>
        {
            await File.WriteAllTextAsync($"tree/file{i}", new string('x', i * 100), cancel);
        });
        Console.WriteLine(Enumerable.Range(0, 20).Sum(i => new FileInfo($"tree/file{i}").Length));
        Directory.Delete("tree", recursive: true);
        Console.WriteLine(Directory.Exists("tree"));
        Console.WriteLine(Guid.NewGuid() != Guid.NewGuid());
        Console.WriteLine(RandomNumberGenerator.GetInt32(1, 2));
    }

    /// <summary>FNV-1a of 64 bits: the runtime's own hashes want OpenSSL.</summary>
    private static byte[] Fnv1a(byte[] bytes)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in bytes)
            hash = (hash ^ b) * 1099511628211;
        return Encoding.ASCII.GetBytes(hash.ToString("x", System.Globalization.CultureInfo.InvariantCulture));
    }
}
