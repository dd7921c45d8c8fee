using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using FileMode = AzaleaOS.Abi.Linux.FileMode;
using Mutex = AzaleaOS.Threads.Mutex;

namespace AzaleaOS.Files.Offloaded;

/// <summary>The files of the peer that are mapped.</summary>
internal static unsafe class PeerFiles
{
    private static SharedPool<PeerFile> s_pool;
    private static Mutex s_lock;
    private static PeerFile* s_first;

    /// <summary>There is at least one. Looked at first by all that would have to care.</summary>
    internal static bool Any => s_first != null;

    /// <summary>Prepares for such files.</summary>
    internal static void Initialize()
    {
        s_pool = default;
        s_first = null;
        FilePages.Bring = &PeerPages.Bring;
        FilePages.WriteBack = &WriteBackAll;
        MappedFiles.PunchForeign = &PeerChanges.Punch;
    }

    /// <summary>Begins to map a file. Until <see cref="End"/> no file comes or goes.</summary>
    /// <param name="file">The peer's.</param>
    /// <param name="view">An open file to map, to which no descriptor leads.</param>
    /// <returns>0; -ENODEV for what is no regular file; -ENOMEM, -EIO.</returns>
    internal static long Begin(OpenFile* file, out OpenFile* view)
    {
        view = null;
        s_lock.Enter();
        long result = FindOrMake(file, out PeerFile* peer);
        if (result < 0)
        {
            return result;
        }

        if (peer->Writer == null && file->CanRead && file->CanWrite)
        {
            OpenFile.Hold(file);
            peer->Writer = file;
        }

        view = OpenFile.Create(peer->Node, FileOperations.Regular, null, file->Flags & OpenFlags.AccessMask);
        return view == null ? -Errno.ENOMEM : 0;
    }

    /// <summary>A file is mapped, or was not.</summary>
    internal static void End(OpenFile* view)
    {
        if (view != null)
        {
            OpenFile.Drop(view);
        }

        SweepLocked();
        s_lock.Exit();
    }

    /// <summary>Lets go of files that nothing maps any more, after they got what was written to them.</summary>
    internal static void Sweep()
    {
        if (Any)
        {
            s_lock.Enter();
            SweepLocked();
            s_lock.Exit();
        }
    }

    /// <summary>The mapped file that an open file of the peer is, if it is one. It stays until <see cref="Release"/>.</summary>
    internal static PeerFile* Find(OpenFile* file)
    {
        if (!Any || !TryIdentify(file))
        {
            return null;
        }

        s_lock.Enter();
        PeerFile* peer = Look(file);
        if (peer != null)
        {
            FilePages.Retain(peer->Node, false);
        }

        s_lock.Exit();
        return peer;
    }

    /// <summary>Gives up what <see cref="Find"/> gave.</summary>
    internal static void Release(PeerFile* peer)
    {
        FileNode* node = peer->Node;
        FilePages.Release(node, false);
        if (Volatile.Read(ref node->Mappings) == 0)
        {
            Sweep();
        }
    }

    /// <summary>Does something with every file.</summary>
    /// <returns>0, or the first error.</returns>
    internal static long ForEach(delegate*<PeerFile*, long> action)
    {
        long result = 0;
        if (Any)
        {
            s_lock.Enter();
            for (PeerFile* peer = s_first; peer != null; peer = peer->Next)
            {
                long one = action(peer);
                result = result < 0 ? result : one;
            }

            s_lock.Exit();
        }

        return result;
    }

    /// <summary>What the peer knows about a file.</summary>
    /// <returns>0, or an error.</returns>
    internal static long Status(OpenFile* file, Stat* status) => PeerRequests.Status(OffloadedFile.NumberOf(file), status);

    private static void WriteBackAll() => ForEach(&PeerPages.WriteBack);

    private static long FindOrMake(OpenFile* file, out PeerFile* peer)
    {
        peer = null;
        Stat status;
        long result = Status(file, &status);
        if (result < 0)
        {
            return result;
        }

        if ((status.Mode & FileMode.KindMask) != FileMode.Regular)
        {
            return -Errno.ENODEV;
        }

        (file->ForeignDevice, file->ForeignInode) = (status.Device, status.Inode);
        peer = Look(file);
        if (peer != null)
        {
            return 0;
        }

        peer = s_pool.Take();
        FileNode* node = FileTree.NewNameless(FileMode.Regular | FileMode.Permissions, FileSystemKind.Memory);
        if (peer == null || node == null)
        {
            if (peer != null)
            {
                s_pool.Return(peer);
            }

            FileNode.Drop(node);
            return -Errno.ENOMEM;
        }

        node->IsForeign = true;
        node->Object = peer;
        OpenFile.Hold(file);
        *peer = new PeerFile { Node = node, Device = status.Device, Inode = status.Inode, Reader = file, Size = (ulong)status.Size, Next = s_first };
        s_first = peer;
        return 0;
    }

    private static PeerFile* Look(OpenFile* file)
    {
        PeerFile* peer = s_first;
        while (peer != null && (peer->Inode != file->ForeignInode || peer->Device != file->ForeignDevice))
        {
            peer = peer->Next;
        }

        return peer;
    }

    // Which file it is never changes, so it is asked once, and only while some file is mapped.
    private static bool TryIdentify(OpenFile* file)
    {
        const ulong Irregular = ulong.MaxValue;
        if (file->ForeignInode == 0)
        {
            Stat status;
            if (file->IsPath || Status(file, &status) < 0)
            {
                return false;
            }

            file->ForeignDevice = status.Device;
            file->ForeignInode = (status.Mode & FileMode.KindMask) == FileMode.Regular ? status.Inode : Irregular;
        }

        return file->ForeignInode != Irregular;
    }

    private static void SweepLocked()
    {
        PeerFile* before = null;
        for (PeerFile* peer = s_first; peer != null;)
        {
            PeerFile* next = peer->Next;
            if (Volatile.Read(ref peer->Node->Mappings) != 0)
            {
                before = peer;
            }
            else
            {
                // What cannot be written now is lost, as in Linux.
                PeerPages.WriteBack(peer);
                PeerPages.FreeAll(peer);
                if (before == null)
                {
                    s_first = next;
                }
                else
                {
                    before->Next = next;
                }

                OpenFile.Drop(peer->Reader);
                if (peer->Writer != null)
                {
                    OpenFile.Drop(peer->Writer);
                }

                peer->Node->Object = null;
                FileNode.Drop(peer->Node);
                s_pool.Return(peer);
            }

            peer = next;
        }
    }
}
