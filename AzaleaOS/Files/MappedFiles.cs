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

    /// <summary>Makes a hole in a foreign file: file, first byte, behind the last. Set by whoever has such files.</summary>
    internal static delegate*<FileNode*, ulong, ulong, long> PunchForeign { get; set; }

    private static long Take(void* file, ulong index, bool writes, FrameNumber* frame)
    {
        if (((FileNode*)file)->IsForeign)
        {
            return TakeForeign((FileNode*)file, index, writes, frame);
        }

        long result = FileContents.TakePage((FileNode*)file, index, out byte* page);
        *frame = result < 0 ? default : new PhysicalAddress((ulong)page - MemoryMap.DirectMapBase).Frame;
        return result;
    }

    private static long TakeForeign(FileNode* file, ulong index, bool writes, FrameNumber* frame)
    {
        nuint page = PageIndex.PageOf(writes ? file->Pages.MarkDirty(index) : file->Pages.Get(index));
        *frame = page == 0 ? default : new PhysicalAddress(page - MemoryMap.DirectMapBase).Frame;
        return page == 0 ? -Errno.EAGAIN : 0;
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
        FileNode* node = (FileNode*)file;
        return node->IsForeign ? PunchForeign(node, start, end) : RegularFile.Allocate(node, KeepSize | PunchHole, start, end);
    }

    private static void Unmap(void* file, ulong first, ulong end, bool copies) => AddressSpace.Current->DropFilePages(file, first, end, copies);
}
