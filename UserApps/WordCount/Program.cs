// WordCount PATH...: lines, words and bytes of each file, files of folders included, then the ten most frequent words.
using System.Collections.Concurrent;

if (args.Length == 0)
{
    Console.Error.WriteLine("WordCount: no file; give files or folders");
    return 64;
}

int status = 0;
var words = new ConcurrentDictionary<string, int>(StringComparer.OrdinalIgnoreCase);
string[] files = [.. args.SelectMany(Files).Order(StringComparer.Ordinal)];
(int Lines, int Words, long Bytes)[] counts = new (int, int, long)[files.Length];
Parallel.For(0, files.Length, i => counts[i] = Count(files[i]));
for (int i = 0; i < files.Length; i++)
    Console.WriteLine($"{counts[i].Lines,8} {counts[i].Words,8} {counts[i].Bytes,10} {files[i]}");
Console.WriteLine($"{counts.Sum(c => c.Lines),8} {counts.Sum(c => c.Words),8} {counts.Sum(c => c.Bytes),10} total");
foreach ((string word, int count) in words.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase).Take(10))
    Console.WriteLine($"{count,8} {word.ToLowerInvariant()}");
return status;

IEnumerable<string> Files(string path)
{
    if (Directory.Exists(path))
        return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories);
    if (File.Exists(path))
        return [path];
    Console.Error.WriteLine($"WordCount: {path}: no such file or folder");
    status = 1;
    return [];
}

(int Lines, int Words, long Bytes) Count(string file)
{
    int lines = 0, all = 0;
    foreach (string line in File.ReadLines(file))
    {
        lines++;
        foreach (string word in line.Split([' ', '\t', '|', '`', '(', ')', '.', ',', ':', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            all++;
            words.AddOrUpdate(word, 1, (_, count) => count + 1);
        }
    }

    return (lines, all, new FileInfo(file).Length);
}
