using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files;

/// <summary>Files that the kernel itself puts into the tree: /dev and /proc.</summary>
internal static unsafe class SystemFiles
{
    /// <summary>Makes /proc/self/exe.</summary>
    /// <param name="program">The program's absolute path; stays where it is.</param>
    /// <param name="length">Bytes of it.</param>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Populate(byte* program, int length)
    {
        FileNode* processes = Directory(FileTree.Root, "proc"u8, 0x16d);
        FileNode* self = processes == null ? null : Directory(processes, "self"u8, 0x16d);
        FileNode* link = self == null ? null : Make(self, "exe"u8, FileMode.SymbolicLink | 0x1ff);
        if (link == null)
        {
            return false;
        }

        link->Data = program;
        link->Size = (ulong)length;
        return true;
    }

    /// <summary>Makes the directories in which every program may make files: /tmp and /dev/shm.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool PopulateShared()
    {
        FileNode* devices = Directory(FileTree.Root, "dev"u8, 0x1ed);
        FileNode* memory = devices == null ? null : Directory(devices, "shm"u8, 0x3ff);
        if (memory != null)
        {
            memory->FileSystem = FileSystemKind.Tree;
        }

        return memory != null && Directory(FileTree.Root, "tmp"u8, 0x3ff) != null;
    }

    /// <summary>Finds or makes a directory; null when memory is exhausted or something else has the name.</summary>
    /// <param name="parent">Where.</param>
    /// <param name="name">A literal.</param>
    /// <param name="permissions">For a new one.</param>
    internal static FileNode* Directory(FileNode* parent, ReadOnlySpan<byte> name, uint permissions)
    {
        FileNode* node = Make(parent, name, FileMode.Directory | permissions);
        return node != null && node->IsDirectory ? node : null;
    }

    /// <summary>Finds or makes a file; null when memory is exhausted.</summary>
    /// <param name="parent">Where.</param>
    /// <param name="name">A literal: its bytes are in the kernel's image and stay there.</param>
    /// <param name="mode">For a new one.</param>
    internal static FileNode* Make(FileNode* parent, ReadOnlySpan<byte> name, uint mode)
    {
        DirectoryEntry* known = DirectoryIndex.Find(parent, name);
        if (known != null)
        {
            return known->Node;
        }

        FileNode* made = FileTree.NewNode(mode);
        byte* literal = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name));
        if (made == null || !FileTree.Link(parent, literal, name.Length, made))
        {
            return null;
        }

        made->FileSystem = parent->FileSystem;
        return made;
    }
}
