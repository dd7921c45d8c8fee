using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct clone_args of clone3(2).</summary>
/// <remarks>Source: Linux, include/uapi/linux/sched.h. Versions of 64, 80 and 88 bytes exist.</remarks>
[StructLayout(LayoutKind.Sequential)]
public struct CloneArguments
{
    /// <summary>Bytes of the first version.</summary>
    public const uint SmallestSize = 64;

    /// <summary>Flags without the exit signal.</summary>
    public CloneFlags Flags;

    /// <summary>Where the process descriptor goes.</summary>
    public ulong ProcessDescriptor;

    /// <summary>The child's word that is set and cleared.</summary>
    public ulong ChildId;

    /// <summary>The parent's word that is set.</summary>
    public ulong ParentId;

    /// <summary>The signal that tells of the end.</summary>
    public ulong ExitSignal;

    /// <summary>The lowest byte of the stack.</summary>
    public ulong Stack;

    /// <summary>Its bytes.</summary>
    public ulong StackSize;

    /// <summary>The thread pointer.</summary>
    public ulong ThreadPointer;

    /// <summary>Ids that the child wants, in each process namespace.</summary>
    public ulong SetIds;

    /// <summary>How many.</summary>
    public ulong SetIdCount;

    /// <summary>A descriptor of a control group.</summary>
    public ulong ControlGroup;
}
