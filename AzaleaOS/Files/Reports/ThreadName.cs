using AzaleaOS.Abi;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Reports;

/// <summary>/proc/self/task/N/comm: a thread's name, which can be written.</summary>
internal static unsafe class ThreadName
{
    /// <summary>Sets the name: as Linux does, to what there is room for.</summary>
    /// <returns>Bytes, or -EFAULT, -ESRCH.</returns>
    internal static long Write(FileNode* node, Transfer* transfer)
    {
        Thread.ThreadName name = default;
        ulong count = transfer->Left;
        ulong wanted = Math.Min(count, Thread.ThreadName.Size - 1);
        if (transfer->Take(&name, wanted) < wanted)
        {
            return -Errno.EFAULT;
        }

        transfer->Position += (long)count;
        ThreadTable.Enter();
        Thread* thread = ThreadValues.Find(ReportEntry.Last(new ReportEntry(node).Argument));
        if (thread != null)
        {
            thread->Name = name;
        }

        ThreadTable.Exit();
        return thread == null ? -Errno.ESRCH : (long)count;
    }

    /// <summary>Writes the name, or for another letter the state.</summary>
    internal static void Show(ReportText* text, byte item, int id)
    {
        ThreadTable.Enter();
        Thread* thread = ThreadValues.Find(id);
        if (thread != null)
        {
            if (item == 'n')
            {
                for (byte* at = (byte*)&thread->Name; *at != 0; at++)
                {
                    text->Append(*at);
                }
            }
            else
            {
                text->Append(thread->IsReady ? "R (running)"u8 : "S (sleeping)"u8);
            }
        }

        ThreadTable.Exit();
    }
}
