using AzaleaOS.Memory;

namespace AzaleaOS.Files.Reports;

/// <summary>/proc/self/maps and smaps.</summary>
/// <remarks>Source: Linux, fs/proc/task_mmu.c, show_map_vma.</remarks>
internal static unsafe class MapsReport
{
    // Where names begin.
    private const int NameColumn = 73;

    /// <summary>Writes all areas, as they are at one moment.</summary>
    internal static void Write(ReportText* text, bool isDetailed)
    {
        byte* name = PathBuffers.Take();
        if (name == null)
        {
            text->Cut();
            return;
        }

        byte* line = ReportTable.Find((byte)'a');
        byte* details = ReportTable.Find((byte)'d');
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        for (Area* area = space->AreaAtOrAbove(0); area != null; area = space->AreaAtOrAbove(area->End))
        {
            long end = text->Length + NameColumn;
            ReportTemplate.WriteLines(text, line, area->Start);
            int length = NameOf(area, new Span<byte>(name, UserMemory.PathMax));
            if (length != 0)
            {
                text->Pad(end);
            }

            text->Append(new ReadOnlySpan<byte>(name, length));
            text->Append((byte)'\n');
            if (isDetailed)
            {
                ReportTemplate.WriteLines(text, details, area->Start);
            }
        }

        space->Lock.Exit();
        PathBuffers.Give(name);
    }

    /// <summary>The file that an area shows; null for none.</summary>
    internal static FileNode* FileOf(Area* area) => (area->Flags & AreaFlags.Program) != 0 ? Process.Program : (FileNode*)area->Backing;

    private static int NameOf(Area* area, Span<byte> to)
    {
        FileNode* file = FileOf(area);
        if (file != null)
        {
            FileTree.Lock.Enter();
            long length = FileName.Write(file, null, to);
            FileTree.Lock.Exit();
            return (int)Math.Max(0, length);
        }

        ReadOnlySpan<byte> name = (area->Flags & AreaFlags.Heap) != 0 ? "[heap]"u8
            : (area->Flags & AreaFlags.Stack) != 0 ? "[stack]"u8
            : (area->Flags & AreaFlags.Vvar) != 0 ? "[vvar]"u8
            : (area->Flags & AreaFlags.Vdso) != 0 ? "[vdso]"u8
            : area->IsShared ? "/dev/zero (deleted)"u8
            : default;
        name.CopyTo(to);
        return name.Length;
    }
}
