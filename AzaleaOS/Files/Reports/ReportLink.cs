using AzaleaOS.Abi;

namespace AzaleaOS.Files.Reports;

/// <summary>The symbolic links of /proc and /sys. The tree's lock is held.</summary>
internal static unsafe class ReportLink
{
    /// <summary>A text from the table.</summary>
    internal static long ReadText(FileNode* link, byte* to, int room)
    {
        ReportText text = default;
        ReportTemplate.WriteFile(&text, ReportEntry.MarkOf(link), new ReportEntry(link).Argument);
        ReportPage* page = text.First;
        if (page == null)
        {
            return -Errno.ENOMEM;
        }

        long length = Math.Min(page->Used, room);
        Buffer.MemoryCopy(ReportPage.TextOf(page), to, length, length);
        ReportPage.Free(page);
        return length;
    }

    /// <summary>The path of what the link leads to, or what stands for one.</summary>
    internal static long ReadFile(FileNode* link, byte* to, int room)
    {
        FileNode* node = Target(link, out FileOperations* operations);
        if (node == null)
        {
            return -Errno.ENOENT;
        }

        long result = FileName.Write(node, operations, new Span<byte>(to, room));
        FileTree.DropLater(node);
        return result;
    }

    /// <summary>What the link leads to, with a reference; null for nothing.</summary>
    internal static FileNode* Follow(FileNode* link) => Target(link, out _);

    private static FileNode* Target(FileNode* link, out FileOperations* operations)
    {
        byte kind = ReportEntry.MarkOf(link)[1];
        if (kind == 'f')
        {
            return DescriptorTable.NodeOf(ReportEntry.Last(new ReportEntry(link).Argument), out operations);
        }

        operations = null;
        FileNode* node = kind == 'x' ? Process.Program : kind == 'w' ? Process.WorkingDirectory : Process.Root;
        FileNode.Hold(node);
        return node;
    }
}
