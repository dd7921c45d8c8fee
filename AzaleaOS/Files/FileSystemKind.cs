namespace AzaleaOS.Files;

/// <summary>The file system that a file belongs to: st_dev, statfs, and between which no name can be moved.</summary>
internal enum FileSystemKind : byte
{
    /// <summary>The tree: a tmpfs.</summary>
    Tree,

    /// <summary>/dev.</summary>
    Devices,

    /// <summary>/proc.</summary>
    Processes,

    /// <summary>/sys.</summary>
    System,

    /// <summary>/sys/fs/cgroup.</summary>
    ControlGroups,

    /// <summary>Pipes without a name.</summary>
    Pipes,

    /// <summary>Sockets.</summary>
    Sockets,

    /// <summary>eventfd and its relatives.</summary>
    Anonymous,

    /// <summary>memfd_create.</summary>
    Memory,
}
