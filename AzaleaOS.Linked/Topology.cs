using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace AzaleaOS.Linked;

/// <summary>The cores, nodes and memory that this unikernel was lent.</summary>
public static class Topology
{
    private const string Folder = "/sys/devices/system/node";

    /// <summary>How many cores there are; they are numbered from 0.</summary>
    public static int CoreCount => Environment.ProcessorCount;

    /// <summary>The NUMA nodes, by number.</summary>
    public static IReadOnlyList<MemoryNode> Nodes { get; } =
    [
        .. Directory.EnumerateDirectories(Folder, "node*")
            .Select(folder => Read(folder, int.Parse(Path.GetFileName(folder)[4..], CultureInfo.InvariantCulture)))
            .OrderBy(node => node.Id),
    ];

    /// <summary>Bytes of memory of all nodes.</summary>
    public static long MemoryBytes => Nodes.Sum(node => node.MemoryBytes);

    /// <summary>The node of a core.</summary>
    /// <param name="core">0 to <see cref="CoreCount"/> - 1.</param>
    public static MemoryNode NodeOf(int core) => Nodes.First(node => node.Cores.Contains(core));

    private static MemoryNode Read(string folder, int id)
    {
        string total = File.ReadLines(Path.Combine(folder, "meminfo")).First(line => line.Contains("MemTotal:", StringComparison.Ordinal));
        string kibibytes = total.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        return new MemoryNode(id, [.. Cores(File.ReadAllText(Path.Combine(folder, "cpulist")).Trim())], long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024);
    }

    // "0-3,8": as Linux writes lists of cores.
    private static IEnumerable<int> Cores(string list)
    {
        foreach (string part in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            int first = int.Parse(ends[0], CultureInfo.InvariantCulture), last = int.Parse(ends[^1], CultureInfo.InvariantCulture);
            for (int core = first; core <= last; core++)
                yield return core;
        }
    }
}
