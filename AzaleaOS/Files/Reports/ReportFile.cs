using AzaleaOS.Abi;

namespace AzaleaOS.Files.Reports;

/// <summary>A file of /proc or /sys that is open.</summary>
/// <remarks>
/// Its text is made when somebody reads it from the beginning, and stays as it is for the reads that go on from there,
/// like that of Linux's seq_file; where it is long, only as much of it as somebody reads. <see cref="FileNode.DataLock"/> guards it.
/// </remarks>
internal static unsafe class ReportFile
{
    /// <summary>open: settings of the kernel, and what it says of the machine, cannot be written.</summary>
    internal static long Open(OpenFile* file)
        => file->CanWrite && !IsWritable(file->Node) && IsSetting(file->Node) ? -Errno.EACCES : 0;

    /// <summary>read.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer)
    {
        FileNode* node = file->Node;
        if (transfer->Left == 0)
        {
            return 0;
        }

        node->DataLock.Enter();
        ReportPage* known = transfer->Position == 0 ? null : (ReportPage*)file->Data;
        long result = known == null || known->Rest != 0 ? Make(file, known, transfer) : 0;
        result = result < 0 ? result : Give(file, transfer);
        node->DataLock.Exit();
        return result;
    }

    /// <summary>write.</summary>
    /// <returns>Bytes; -EINVAL, -EFAULT, and what Linux answers for files that cannot be written: -EIO, below a process -EINVAL.</returns>
    internal static long Write(OpenFile* file, Transfer* transfer)
    {
        FileNode* node = file->Node;
        return IsWritable(node) ? ThreadName.Write(node, transfer)
            : node->Parent->Parent == FileTree.Root ? -Errno.EIO : -Errno.EINVAL;
    }

    /// <summary>lseek: these files have no end.</summary>
    internal static long Seek(OpenFile* file, long offset, uint whence)
    {
        const uint Set = 0, Current = 1;
        long target = whence switch
        {
            Set => offset,
            Current => file->Position + offset,
            _ => -1,
        };
        return target < 0 ? -Errno.EINVAL : file->Position = target;
    }

    /// <summary>The last close.</summary>
    internal static void Release(OpenFile* file) => ReportPage.Free((ReportPage*)file->Data);

    private static bool IsWritable(FileNode* node) => *ReportEntry.MarkOf(node) == '!';

    // In /sys, or in /proc/sys: what is not right below /proc and has no number on its path.
    private static bool IsSetting(FileNode* node)
        => node->FileSystem != FileSystemKind.Processes || (new ReportEntry(node).Argument == 0 && node->Parent->Parent != FileTree.Root);

    // Makes the text, or more of one that is not whole.
    private static long Make(OpenFile* file, ReportPage* known, Transfer* transfer)
    {
        FileNode* node = file->Node;
        ReportText text = default;
        if (known == null)
        {
            ReportPage.Free((ReportPage*)file->Data);
        }
        else
        {
            text.GoOn(known);
        }

        text.Enough = (long)Math.Min(long.MaxValue, (ulong)transfer->Position + transfer->Left);
        ReportTemplate.WriteFile(&text, ReportEntry.MarkOf(node), new ReportEntry(node).Argument);
        file->Data = text.First;
        if (text.IsCut)
        {
            ReportPage.Free(text.First);
            file->Data = null;
        }
        else if (text.First != null)
        {
            text.First->Rest = text.Rest;
        }

        return text.IsCut ? -Errno.ENOMEM : 0;
    }

    private static long Give(OpenFile* file, Transfer* transfer)
    {
        long skipped = transfer->Position;
        long moved = 0;
        for (ReportPage* page = (ReportPage*)file->Data; page != null && transfer->Left != 0; page = page->Next)
        {
            if (skipped >= page->Used)
            {
                skipped -= page->Used;
                continue;
            }

            ulong wanted = Math.Min(transfer->Left, (ulong)(page->Used - skipped));
            ulong given = transfer->Put(ReportPage.TextOf(page) + skipped, wanted);
            skipped = 0;
            moved += (long)given;
            if (given < wanted)
            {
                moved = moved == 0 ? -Errno.EFAULT : moved;
                break;
            }
        }

        transfer->Position += Math.Max(0, moved);
        return moved;
    }
}
