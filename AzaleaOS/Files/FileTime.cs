using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files;

/// <summary>The times that files carry.</summary>
internal static unsafe class FileTime
{
    private const long Second = 1_000_000_000;
    private const long Day = 24 * 60 * 60;

    /// <summary>
    /// Nanoseconds since 1970 UTC. Null while the kernel starts: then files have the times of the archive, or none, and
    /// nobody waits for the clock.
    /// </summary>
    internal static delegate*<long> Clock { get; set; }

    private static Timespec s_reported;

    /// <summary>Forgets the clock.</summary>
    internal static void Initialize()
    {
        Clock = null;
        s_reported = default;
    }

    /// <summary>Now.</summary>
    internal static Timespec Now()
    {
        if (Clock == null)
        {
            return default;
        }

        long now = Clock();
        return new Timespec { Seconds = now / Second, Nanoseconds = now % Second };
    }

    /// <summary>Somebody looks at the times of a file: what the kernel reports is as old as the first look at any of it.</summary>
    internal static void Complete(FileNode* node)
    {
        if (node->Changed.Seconds == 0 && Clock != null && !KeepsTimes(node))
        {
            if (s_reported.Seconds == 0)
            {
                s_reported = Now();
            }

            node->Accessed = node->Modified = node->Changed = s_reported;
        }
    }

    /// <summary>The contents were changed.</summary>
    internal static void Modify(FileNode* node)
    {
        if (KeepsTimes(node))
        {
            node->Modified = node->Changed = Now();
        }
    }

    /// <summary>Attributes or names were changed.</summary>
    internal static void Change(FileNode* node)
    {
        if (KeepsTimes(node))
        {
            node->Changed = Now();
        }
    }

    /// <summary>
    /// The file was read. As Linux mounts everything by default (relatime), that is noted if the file was changed
    /// since the last note, or a day after it.
    /// </summary>
    internal static void Access(FileNode* node, OpenFlags flags)
    {
        if (!KeepsTimes(node) || (flags & OpenFlags.NoAccessTime) != 0)
        {
            return;
        }

        if (Order(node->Accessed, node->Modified) <= 0 || Order(node->Accessed, node->Changed) <= 0)
        {
            node->Accessed = Now();
            return;
        }

        Timespec now = Now();
        if (now.Seconds - node->Accessed.Seconds >= Day)
        {
            node->Accessed = now;
        }
    }

    // Not what the kernel reports: a program that only asks who it is does not wait for the clock.
    private static bool KeepsTimes(FileNode* node) => Clock != null && node->FileSystem is not (FileSystemKind.Processes or FileSystemKind.System or FileSystemKind.ControlGroups);

    private static int Order(in Timespec a, in Timespec b)
        => a.Seconds != b.Seconds ? a.Seconds.CompareTo(b.Seconds) : a.Nanoseconds.CompareTo(b.Nanoseconds);
}
