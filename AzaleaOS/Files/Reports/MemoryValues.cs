using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Reports;

/// <summary>What /proc says of the process's memory, in bytes.</summary>
internal static unsafe class MemoryValues
{
    /// <summary>A sum over all areas.</summary>
    internal static ulong Of(byte item)
    {
        AddressSpace* space = AddressSpace.Current;
        ulong sum = 0;
        space->Lock.Enter();
        if (item == 'R')
        {
            // All that is mapped is in some area.
            sum = space->ResidentIn(0, AddressSpace.Highest);
            space->Lock.Exit();
            return sum;
        }

        for (Area* area = space->AreaAtOrAbove(0); area != null; area = space->AreaAtOrAbove(area->End))
        {
            sum += Of(item, space, area);
        }

        space->Lock.Exit();
        return sum;
    }

    /// <summary>statm, which .NET reads whenever it wants to know how much it uses: in pages all areas, what is in memory, that of it which is files' or shared, code, data.</summary>
    internal static void WriteSums(ReportText* text)
    {
        ulong all = 0;
        ulong shown = 0;
        ulong code = 0;
        ulong data = 0;
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        ulong resident = space->ResidentIn(0, AddressSpace.Highest);
        for (Area* area = space->AreaAtOrAbove(0); area != null; area = space->AreaAtOrAbove(area->End))
        {
            // As in the letters V, M, E and D.
            ulong length = area->Length;
            all += length;
            if (area->IsShared || MapsReport.FileOf(area) != null)
            {
                shown += space->ResidentIn(area->Start, area->End);
            }

            if ((area->Protection & Protection.Write) == 0)
            {
                code += (area->Protection & Protection.Execute) != 0 ? length : 0;
            }
            else if ((area->Flags & (AreaFlags.Shared | AreaFlags.Stack | AreaFlags.GrowsDown)) == 0)
            {
                data += length;
            }
        }

        space->Lock.Exit();
        byte* line = text->RoomFor(7 * (ReportText.MostDigits + 1));
        if (line == null)
        {
            return;
        }

        byte* at = WritePages(line, all);
        at = WritePages(at, resident);
        at = WritePages(at, shown);
        at = WritePages(at, code);
        at = WritePages(at, 0);
        at = WritePages(at, data);
        *at++ = (byte)'0';
        text->Appended(at - line);
    }

    /// <summary>Something of the area at an address.</summary>
    internal static ulong OfArea(byte item, ulong address)
    {
        AddressSpace* space = AddressSpace.Current;
        Area* area = space->AreaAtOrAbove(address);
        return (char)item switch
        {
            'U' => area->Unit,
            _ => Of(item, space, area),
        };
    }

    // Bytes of an area if it is of a sort; for the letters that come first, only those that are in memory.
    private static ulong Of(byte item, AddressSpace* space, Area* area)
    {
        bool isPrivate = !area->IsShared;
        bool isWritable = (area->Protection & Protection.Write) != 0;
        bool isStack = (area->Flags & (AreaFlags.Stack | AreaFlags.GrowsDown)) != 0;
        bool isOfSort = (char)item switch
        {
            'A' => IsOwn(area),
            'F' => MapsReport.FileOf(area) != null && !IsOwn(area),
            'H' => !isPrivate && MapsReport.FileOf(area) == null,
            'M' => !isPrivate || MapsReport.FileOf(area) != null,
            'G' => (area->Flags & AreaFlags.Huge) != 0,
            'D' => isWritable && isPrivate && !isStack,
            'S' => isStack,
            'E' => !isWritable && (area->Protection & Protection.Execute) != 0,
            'L' => (area->Flags & AreaFlags.Locked) != 0,
            _ => true,
        };
        bool isInMemory = (char)item is 'A' or 'F' or 'H' or 'M' or 'G' or 'R';
        return !isOfSort ? 0 : isInMemory ? space->ResidentIn(area->Start, area->End) : area->Length;
    }

    private static bool IsOwn(Area* area)
        => !area->IsShared && (MapsReport.FileOf(area) == null || (area->Protection & Protection.Write) != 0);

    private static byte* WritePages(byte* at, ulong bytes)
    {
        at = ReportText.Write(at, bytes / AddressSpace.PageSize);
        *at++ = (byte)' ';
        return at;
    }
}
