using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files;

/// <summary>Files that the kernel itself puts into the tree.</summary>
internal static unsafe class SystemFiles
{
    /// <summary>Finds or makes a directory; null when memory is exhausted or something else has the name.</summary>
    /// <param name="parent">Where.</param>
    /// <param name="name">A literal.</param>
    /// <param name="permissions">For a new one.</param>
    internal static FileNode* Directory(FileNode* parent, ReadOnlySpan<byte> name, uint permissions)
    {
        FileNode* node = Make(parent, name, FileMode.Directory | permissions);
        return node != null && node->IsDirectory ? node : null;
    }

    /// <summary>Finds or makes a file, without times; null when memory is exhausted.</summary>
    /// <param name="parent">Where.</param>
    /// <param name="name">A literal: its bytes are in the kernel's image and stay there.</param>
    /// <param name="mode">For a new one.</param>
    internal static FileNode* Make(FileNode* parent, ReadOnlySpan<byte> name, uint mode)
    {
        uint hash = DirectoryIndex.HashOf(name);
        DirectoryEntry* known = DirectoryIndex.Find(parent, name, hash);
        if (known != null)
        {
            return known->Node;
        }

        FileNode* made = FileTree.NewNode(mode, hasTimes: false);
        if (made == null || FileTree.AddLasting(parent, PointerTo(name), name.Length, hash, made) == null)
        {
            return null;
        }

        FileNode.Drop(made);
        made->FileSystem = parent->FileSystem;
        return made;
    }

    /// <summary>Finds or makes a symbolic link.</summary>
    /// <param name="parent">Where.</param>
    /// <param name="name">A literal.</param>
    /// <param name="target">A literal, for a new one.</param>
    internal static void Link(FileNode* parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        FileNode* node = Make(parent, name, FileMode.SymbolicLink | FileMode.Permissions);
        if (node != null && node->IsSymbolicLink && node->Size == 0)
        {
            node->Data = PointerTo(target);
            node->Size = (ulong)target.Length;
        }
    }

    private static byte* PointerTo(ReadOnlySpan<byte> literal) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));
}
