using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Reports;

/// <summary>Sets of cores and of memory nodes, and the two ways in which Linux writes them.</summary>
internal static unsafe class CoreSets
{
    // Linux shows more bits for nodes than there can be.
    private const int NodeBits = 32;

    /// <summary>How many are in a set.</summary>
    internal static int Count(byte item, ulong argument)
    {
        int count = 0;
        for (int i = 0; i < Cores.Count; i++)
        {
            count += Contains(item, argument, i) ? 1 : 0;
        }

        return count;
    }

    /// <summary>As "0-3,7".</summary>
    internal static void WriteList(ReportText* text, byte item, ulong argument)
    {
        long before = text->Length;
        for (int i = 0; i < Size(item); i++)
        {
            if (!Contains(item, argument, i))
            {
                continue;
            }

            if (text->Length > before)
            {
                text->Append((byte)',');
            }

            int first = i;
            text->Append((ulong)first);
            while (i + 1 < Size(item) && Contains(item, argument, i + 1))
            {
                i++;
            }

            if (i > first)
            {
                text->Append((byte)'-');
                text->Append((ulong)i);
            }
        }
    }

    /// <summary>In hexadecimal, the highest first, with a comma behind each 32.</summary>
    internal static void WriteMask(ReportText* text, byte item, ulong argument)
    {
        int bits = IsOfNodes(item) ? NodeBits : Size(item);
        for (int i = (bits - 1) & ~3; i >= 0; i -= 4)
        {
            uint digit = 0;
            for (int bit = 3; bit >= 0; bit--)
            {
                digit = (2 * digit) + (i + bit < Size(item) && Contains(item, argument, i + bit) ? 1u : 0);
            }

            text->Append(digit, 16, 1, (byte)'0');
            if (i % 32 == 0 && i != 0)
            {
                text->Append((byte)',');
            }
        }
    }

    private static bool IsOfNodes(byte item) => item is (byte)'N' or (byte)'k';

    private static int Size(byte item) => IsOfNodes(item) ? KernelMemory.Nodes->Count : Cores.Count;

    // a: cores that run threads, p: all cores, t: a core's threads, P: those of its package, c: that share a cache,
    // n: of a node, f: on which a thread may run; N: nodes, k: nodes with cores.
    private static bool Contains(byte item, ulong argument, int other)
    {
        int one = ReportEntry.Last(argument);
        switch ((char)item)
        {
            case 'a':
                Placement.WaitForCores();
                return Placement.IsUp(other);
            case 't':
                return ProcessorTopology.IsSameCore(one, other);
            case 'P':
                return ProcessorTopology.IsSamePackage(one, other);
            case 'c':
                ProcessorTopology.TryGetCache(one, out ProcessorCache cache);
                return ProcessorTopology.Shares(cache, ReportEntry.First(argument), other);
            case 'n':
                CoreBlock* block = Cores.Block(other);
                return block != null && KernelMemory.Nodes->Clamp(block->Node) == one;
            case 'f':
                ThreadTable.Enter();
                Thread* thread = ThreadValues.Find(one);
                bool isAllowed = thread != null && thread->Affinity.Contains(other);
                ThreadTable.Exit();
                return isAllowed;
            case 'k':
                return Count((byte)'n', (ulong)other) != 0;
            default:
                return true;
        }
    }
}
