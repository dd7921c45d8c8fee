using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using Mutex = AzaleaOS.Threads.Mutex;

namespace AzaleaOS.Files;

/// <summary>An open file: what descriptors that were duplicated from each other have in common.</summary>
/// <remarks>
/// Written by its maker before a descriptor leads to it, and then: <see cref="Position"/> and
/// <see cref="LastRead"/> under the position's lock; <see cref="Flags"/> by fcntl, in one word;
/// references by compare-and-exchange. The memory stays that of an open file, so that a thread that lost a race
/// against close finds no references instead of something else.
/// </remarks>
internal unsafe struct OpenFile
{
    /// <summary>The file. Never null.</summary>
    internal FileNode* Node;

    /// <summary>What can be done with it.</summary>
    internal FileOperations* Operations;

    /// <summary>Whatever this kind of file needs for one open file.</summary>
    internal void* Data;

    /// <summary>Those who wait for events of this file and must hear that it is gone: epoll's.</summary>
    internal void* Watchers;

    /// <summary>Where the next read begins, bytes; for a directory, the position of an entry.</summary>
    internal long Position;

    /// <summary>A directory's entry behind which <see cref="Position"/> is, so that a long directory is read in one go.</summary>
    internal DirectoryEntry* LastRead;

    /// <summary><see cref="FileNode.Removals"/> when <see cref="LastRead"/> was read: with another count it may be gone.</summary>
    internal ulong LastRemovals;

    /// <summary>Held while a call uses and moves the position, if the file has one.</summary>
    internal Mutex PositionLock;

    /// <summary>The file system and the number of a file that is somewhere else, once somebody had to know it; 0 before.</summary>
    internal ulong ForeignDevice;

    /// <summary>As <see cref="ForeignDevice"/>. Written last.</summary>
    internal ulong ForeignInode;

    /// <summary>By whom it is known when a file that is somewhere else is ready; null until somebody asks.</summary>
    internal void* ForeignWatch;

    /// <summary>How it was opened.</summary>
    internal OpenFlags Flags;

    private static SharedPool<OpenFile> s_pool;

    private int _references;

    /// <summary>Opened for reading.</summary>
    internal readonly bool CanRead
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Flags & OpenFlags.Path) == 0 && (Flags & OpenFlags.AccessMask) is OpenFlags.ReadOnly or OpenFlags.ReadWrite;
    }

    /// <summary>Opened for writing.</summary>
    internal readonly bool CanWrite
        => (Flags & OpenFlags.Path) == 0 && (Flags & OpenFlags.AccessMask) is OpenFlags.WriteOnly or OpenFlags.ReadWrite;

    /// <summary>O_NONBLOCK.</summary>
    internal readonly bool IsNonBlocking => (Flags & OpenFlags.NonBlocking) != 0;

    /// <summary>O_PATH: a place in the tree, with which nothing can be read or written.</summary>
    internal readonly bool IsPath => (Flags & OpenFlags.Path) != 0;

    /// <summary>Forgets all open files.</summary>
    internal static void Initialize() => s_pool = default;

    /// <summary>Makes an open file with one reference, to which no descriptor leads yet; null when memory is exhausted.</summary>
    /// <param name="node">The file; one more reference to it is taken.</param>
    /// <param name="operations">What can be done with it.</param>
    /// <param name="data">For its kind.</param>
    /// <param name="flags">O_ flags, those that F_GETFL shows.</param>
    internal static OpenFile* Create(FileNode* node, FileOperations* operations, void* data, OpenFlags flags)
    {
        OpenFile* file = s_pool.Take();
        if (file != null)
        {
            FileNode.Hold(node);
            file->Node = node;
            file->Operations = operations;
            file->Data = data;
            file->Flags = flags;
            Volatile.Write(ref file->_references, 1);
        }

        return file;
    }

    /// <summary>Gives back an open file that did not come to be: its kind does not hear of it.</summary>
    /// <param name="file">The file, or null.</param>
    internal static void Cancel(OpenFile* file)
    {
        if (file != null)
        {
            FileNode* node = file->Node;
            Volatile.Write(ref file->_references, 0);
            s_pool.Return(file);
            FileNode.Drop(node);
        }
    }

    /// <summary>One more reference, by someone who has one.</summary>
    internal static void Hold(OpenFile* file) => Interlocked.Increment(ref file->_references);

    /// <summary>One more reference, unless the last one is gone.</summary>
    internal static bool TryHold(OpenFile* file)
    {
        int references = Volatile.Read(ref file->_references);
        while (references != 0)
        {
            int seen = Interlocked.CompareExchange(ref file->_references, references + 1, references);
            if (seen == references)
            {
                return true;
            }

            references = seen;
        }

        return false;
    }

    /// <summary>Gives a reference back; with the last one the file is closed. No spin lock is held.</summary>
    internal static void Drop(OpenFile* file)
    {
        if (Interlocked.Decrement(ref file->_references) == 0)
        {
            FileNode* node = file->Node;
            if (node->Locks != null)
            {
                FileLocks.RemoveOf(file);
            }

            if (file->Watchers != null)
            {
                Polling.EventPoll.Forget(file);
            }

            if (file->Operations->Release != null)
            {
                file->Operations->Release(file);
            }

            s_pool.Return(file);
            FileNode.Drop(node);
        }
    }
}
