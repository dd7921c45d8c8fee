using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>Files that are mapped, and many reads and writes at once.</summary>
internal static class Storage
{
    private const int Block = 4096;
    private const int Blocks = 256;

    internal static async Task RunAsync()
    {
        Mapped();
        await AtOnceAsync();
        await StreamsAsync();
    }

    private static void Mapped()
    {
        using (var file = MemoryMappedFile.CreateFromFile("mapped", FileMode.Create, null, 100_000))
        {
            using MemoryMappedViewAccessor whole = file.CreateViewAccessor();
            using MemoryMappedViewAccessor part = file.CreateViewAccessor(8192, 4096);
            Parallel.For(0, 100_000, i => whole.Write(i, (byte)(i % 251)));
            part.Write(10, 0x1122334455667788);
            Console.WriteLine($"two views {whole.ReadInt64(8202):x}");
            whole.Flush();
        }

        byte[] bytes = File.ReadAllBytes("mapped");
        Console.WriteLine($"written through {bytes.Length} {BitConverter.ToInt64(bytes, 8202):x} {bytes[99_999]}");
        using (var file = MemoryMappedFile.CreateFromFile("mapped", FileMode.Open, null, 0, MemoryMappedFileAccess.Read))
        {
            using MemoryMappedViewStream stream = file.CreateViewStream(0, 0, MemoryMappedFileAccess.Read);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            Console.WriteLine($"read through {copy.ToArray().AsSpan(0, bytes.Length).SequenceEqual(bytes)}");
            try
            {
                using MemoryMappedViewAccessor wrong = file.CreateViewAccessor();
                Console.WriteLine("a writable view of a file that is only read");
            }
            catch (UnauthorizedAccessException e)
            {
                Console.WriteLine(e.GetType().Name);
            }
        }

        using (var file = MemoryMappedFile.CreateFromFile("mapped", FileMode.Open))
        {
            using MemoryMappedViewAccessor own = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
            own.Write(0, (byte)99);
            Console.WriteLine($"copy on write {own.ReadByte(0)} {File.ReadAllBytes("mapped")[0]}");
        }

        using (var nameless = MemoryMappedFile.CreateNew(null, 1 << 20))
        {
            using MemoryMappedViewAccessor one = nameless.CreateViewAccessor();
            using MemoryMappedViewAccessor two = nameless.CreateViewAccessor();
            one.Write(500_000, 42);
            Console.WriteLine($"without a file {two.ReadInt32(500_000)}");
        }

        File.Delete("mapped");
    }

    /// <summary>Blocks written and read in any order by the thread pool, at offsets of one handle.</summary>
    private static async Task AtOnceAsync()
    {
        using SafeFileHandle handle = File.OpenHandle("blocks", FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous, Blocks * Block);
        await Parallel.ForEachAsync(Enumerable.Range(0, Blocks), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (block, cancel) =>
        {
            byte[] bytes = new byte[Block];
            bytes.AsSpan().Fill((byte)(block * 7));
            await RandomAccess.WriteAsync(handle, bytes, (long)block * Block, cancel);
        });
        int right = 0;
        await Task.WhenAll(Enumerable.Range(0, Blocks).Select(async block =>
        {
            byte[] bytes = new byte[Block];
            int count = await RandomAccess.ReadAsync(handle, bytes, (long)block * Block);
            if (count == Block && !bytes.AsSpan().ContainsAnyExcept((byte)(block * 7)))
                Interlocked.Increment(ref right);
        }));
        Console.WriteLine($"blocks {right} {RandomAccess.GetLength(handle)}");
        byte[][] vector = [new byte[Block], new byte[Block]];
        long read = await RandomAccess.ReadAsync(handle, [.. vector.Select(part => part.AsMemory())], 3 * Block);
        Console.WriteLine($"vector {read} {vector[0][0]} {vector[1][0]}");
        RandomAccess.FlushToDisk(handle);
    }

    private static async Task StreamsAsync()
    {
        string[] names = [.. Enumerable.Range(0, 12).Select(i => $"stream{i}")];
        await Task.WhenAll(names.Select(async (name, i) =>
        {
            await using var stream = new FileStream(name, FileMode.Create, FileAccess.Write, FileShare.Read, 512, FileOptions.Asynchronous);
            await using var writer = new StreamWriter(stream);
            for (int line = 0; line < 200; line++)
                await writer.WriteLineAsync($"{i}:{line}");
        }));
        long sum = 0;
        await Task.WhenAll(names.Select(async name =>
        {
            await foreach (string line in File.ReadLinesAsync(name))
                Interlocked.Add(ref sum, line.Length);
        }));
        Console.WriteLine($"lines {sum}");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        try
        {
            await File.ReadAllBytesAsync("blocks", cancelled.Token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("cancelled");
        }

        foreach (string name in names)
            File.Delete(name);
        File.Delete("blocks");
    }
}
