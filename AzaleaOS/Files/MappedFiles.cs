using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>Gives the address space the pages of files, and takes them back from it.</summary>
/// <remarks>What the address space calls is called with its lock held: spin locks only, and nothing is freed here.</remarks>
internal static unsafe class MappedFiles
{
    /// <summary>Lets files be mapped.</summary>
    internal static void Start()
    {
        FilePages.Take = &Take;
        FilePages.Retain = &Retain;
        FilePages.Release = &Release;
        FilePages.Punch = &Punch;
        FileContents.Unmap = &Unmap;
    }

    private static long Take(void* file, ulong index, bool writes, FrameNumber* frame)
    {
        long result = FileContents.TakePage((FileNode*)file, index, out byte* page);
        *frame = result < 0 ? default : new PhysicalAddress((ulong)page - MemoryMap.DirectMapBase).Frame;
        return result;
    }

    private static void Retain(void* file, bool mayWrite)
    {
        FileNode* node = (FileNode*)file;
        FileNode.Hold(node);
        Interlocked.Increment(ref node->Mappings);
        if (mayWrite)
        {
            Interlocked.Increment(ref node->WritableMappings);
        }
    }

    private static void Release(void* file, bool mayWrite)
    {
        FileNode* node = (FileNode*)file;
        if (mayWrite)
        {
            Interlocked.Decrement(ref node->WritableMappings);
        }

        Interlocked.Decrement(ref node->Mappings);
        FileTree.DropLater(node);
    }

    private static long Punch(void* file, ulong start, ulong end)
    {
        const uint KeepSize = 1, PunchHole = 2;
        return RegularFile.Allocate((FileNode*)file, KeepSize | PunchHole, start, end);
    }

    private static void Unmap(void* file, ulong first, ulong end, bool copies) => AddressSpace.Current->DropFilePages(file, first, end, copies);
}
