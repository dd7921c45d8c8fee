using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Reports;

/// <summary>What /proc says of the process's memory, in KiB.</summary>
internal static unsafe class MemoryValues
{
    /// <summary>A sum over all areas.</summary>
    internal static ulong Of(byte item)
    {
        AddressSpace* space = AddressSpace.Current;
        ulong sum = 0;
        space->Lock.Enter();
        for (Area* area = space->AreaAtOrAbove(0); area != null; area = space->AreaAtOrAbove(area->End))
        {
            sum += Of(item, space, area);
        }

        space->Lock.Exit();
        return (char)item switch
        {
            // Statm counts pages, and stat bytes.
            'v' or 'r' or 't' or 'h' or 'e' => sum / AddressSpace.PageSize,
            'B' => sum,
            _ => sum / 1024,
        };
    }

    /// <summary>Something of the area at an address.</summary>
    internal static ulong OfArea(byte item, ulong address)
    {
        AddressSpace* space = AddressSpace.Current;
        Area* area = space->AreaAtOrAbove(address);
        FileNode* file = MapsReport.FileOf(area);
        return (char)item switch
        {
            's' => area->Start,
            'e' => area->End,
            'o' => file == null ? 0 : area->BackingOffset,
            'd' => file == null ? 0 : FileStatus.MinorOf(file),
            'i' => file == null ? 0 : file->Inode,
            'U' => area->Unit / 1024,
            _ => Of(item, space, area) / 1024,
        };
    }

    private static ulong Of(byte item, AddressSpace* space, Area* area)
    {
        bool isFile = area->Backing != null || (area->Flags & AreaFlags.Program) != 0;
        bool isWritable = (area->Protection & Protection.Write) != 0;
        bool isStack = (area->Flags & (AreaFlags.Stack | AreaFlags.GrowsDown)) != 0;
        bool isCode = (area->Protection & Protection.Execute) != 0 && !isWritable && !isStack;
        bool isCounted = (char)item switch
        {
            'L' or 'K' => (area->Flags & AreaFlags.Locked) != 0,
            'A' or 'Q' => !area->IsShared && (!isFile || isWritable),
            'F' => isFile && !(isWritable && !area->IsShared),
            'H' => area->IsShared && !isFile,
            'h' => isFile || area->IsShared,
            'D' or 't' => isWritable && !area->IsShared && !isStack,
            'S' => isStack,
            'E' or 'e' => isCode,
            'G' => (area->Flags & AreaFlags.Huge) != 0,
            _ => true,
        };
        return !isCounted ? 0
            : item is (byte)'R' or (byte)'r' or (byte)'A' or (byte)'F' or (byte)'H' or (byte)'h' or (byte)'G' ? space->ResidentIn(area->Start, area->End)
            : area->Length;
    }
}
