namespace AzaleaOS.Abi.Linux;

/// <summary>Flags of clone(2) and clone3(2).</summary>
/// <remarks>Source: Linux, include/uapi/linux/sched.h.</remarks>
[Flags]
public enum CloneFlags : ulong
{
    /// <summary>The signal that tells the parent of the end; clone only.</summary>
    ExitSignalMask = 0xff,

    /// <summary>CLONE_VM: one address space.</summary>
    Memory = 0x100,

    /// <summary>CLONE_FS: one working directory, root and umask.</summary>
    FileSystem = 0x200,

    /// <summary>CLONE_FILES: one descriptor table.</summary>
    Files = 0x400,

    /// <summary>CLONE_SIGHAND: one table of signal actions.</summary>
    SignalHandlers = 0x800,

    /// <summary>CLONE_PIDFD.</summary>
    ProcessDescriptor = 0x1000,

    /// <summary>CLONE_PTRACE.</summary>
    Trace = 0x2000,

    /// <summary>CLONE_VFORK.</summary>
    Vfork = 0x4000,

    /// <summary>CLONE_PARENT: a sibling, not a child.</summary>
    Parent = 0x8000,

    /// <summary>CLONE_THREAD.</summary>
    Thread = 0x1_0000,

    /// <summary>CLONE_NEWNS.</summary>
    NewMounts = 0x2_0000,

    /// <summary>CLONE_SYSVSEM.</summary>
    SemaphoreUndo = 0x4_0000,

    /// <summary>CLONE_SETTLS.</summary>
    SetThreadPointer = 0x8_0000,

    /// <summary>CLONE_PARENT_SETTID.</summary>
    ParentSetId = 0x10_0000,

    /// <summary>CLONE_CHILD_CLEARTID.</summary>
    ChildClearId = 0x20_0000,

    /// <summary>CLONE_DETACHED: ignored by clone, refused by clone3.</summary>
    Detached = 0x40_0000,

    /// <summary>CLONE_UNTRACED.</summary>
    Untraced = 0x80_0000,

    /// <summary>CLONE_CHILD_SETTID.</summary>
    ChildSetId = 0x100_0000,

    /// <summary>CLONE_NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.</summary>
    NewNamespaces = 0x7e00_0000,

    /// <summary>CLONE_NEWUSER.</summary>
    NewUser = 0x1000_0000,

    /// <summary>CLONE_IO.</summary>
    InputOutput = 0x8000_0000,

    /// <summary>CLONE_CLEAR_SIGHAND; clone3 only.</summary>
    ClearSignalHandlers = 0x1_0000_0000,

    /// <summary>CLONE_INTO_CGROUP; clone3 only.</summary>
    IntoControlGroup = 0x2_0000_0000,

    /// <summary>CLONE_NEWTIME; clone3 only.</summary>
    NewTime = 0x80,
}
