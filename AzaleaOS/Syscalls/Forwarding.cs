using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Syscalls;

/// <summary>Hands a system call to the Linux peer, if its files are the peer's.</summary>
/// <remarks>
/// <para>
/// The form of a call has a letter for each argument: f a descriptor, which decides; d a directory's descriptor, for the path that follows;
/// p a path, which decides; s another text; t two times or null; v bytes that the peer reads, whose count is the argument behind; o a
/// structure that it writes; i one that it reads; j one that it reads and writes; k an offset or null, which it reads and writes; b a buffer that
/// it writes, whose size is the argument behind; z that size; n a number.
/// </para>
/// <para>
/// /proc, /sys, /dev and what is below them are the kernel's, all else the peer's. An absolute path that begins with one of them is the kernel's,
/// if no ".." leads out of it again; a relative one belongs to whom its directory belongs. All others go to the peer, which says if they lead
/// to the kernel's places by a symbolic link or by ".."; see <see cref="Redirection"/>.
/// </para>
/// </remarks>
internal static unsafe class Forwarding
{
    /// <summary>The call is not the peer's.</summary>
    internal const long Here = long.MinValue;

    private const int MaxArguments = RequestHeader.MaxArguments;
    private const int TimesBytes = 32;

    /// <summary>The peer has a tree, which is the application's.</summary>
    internal static bool HasTree => (OffloadChannel.Features & ChannelFeatures.FileTree) != 0;

    /// <summary>The working directory is the kernel's. Written by chdir.</summary>
    internal static bool IsWorkingDirectoryHere { get; set; }

    /// <summary>Makes a call.</summary>
    /// <param name="number">Of the system call.</param>
    /// <param name="form">A letter for each argument.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="structureBytes">Bytes of what an o stands for.</param>
    /// <returns>Its result; <see cref="Here"/> if the kernel is to make it.</returns>
    internal static long Call(int number, ReadOnlySpan<byte> form, ulong* arguments, int structureBytes)
    {
        byte** texts = stackalloc byte*[MaxArguments];
        FileReference* files = stackalloc FileReference[MaxArguments];
        int* lengths = stackalloc int[MaxArguments];
        Clear(texts, files);
        long result = Decide(form, arguments, texts, lengths, files);
        if (result == 0)
        {
            PeerFile* changed = PeerFiles.Any ? MappedCalls.Begin(number, form, arguments, structureBytes, files) : null;
            int tries = 0;
            do
            {
                result = CallPeer(number, form, arguments, structureBytes, texts, lengths, files, null, 0);
                if (result == -Errno.EREMOTE)
                {
                    result = Redirection.Follow(number, form, arguments, structureBytes, texts, lengths, files, ref tries);
                }
            }
            while (result == -Errno.ERESTARTNOINTR);
            result = result == -Errno.EINTR ? -Errno.ERESTARTSYS : result;
            if (PeerFiles.Any)
            {
                MappedCalls.End(number, arguments, changed);
            }
        }

        Release(form.Length, texts, files);
        return result;
    }

    /// <summary>Finds out where a call leads that the peer did not make: <see cref="Redirection"/>.</summary>
    /// <param name="number">Of the system call.</param>
    /// <param name="form">A letter for each argument.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="structureBytes">Bytes of what an o stands for.</param>
    /// <param name="tries">How often that was asked during this call.</param>
    /// <returns>As there.</returns>
    internal static long Follow(int number, ReadOnlySpan<byte> form, ulong* arguments, int structureBytes, ref int tries)
    {
        byte** texts = stackalloc byte*[MaxArguments];
        FileReference* files = stackalloc FileReference[MaxArguments];
        int* lengths = stackalloc int[MaxArguments];
        Clear(texts, files);
        long result = Decide(form, arguments, texts, lengths, files);
        result = result == 0 ? Redirection.Follow(number, form, arguments, structureBytes, texts, lengths, files, ref tries) : result;
        Release(form.Length, texts, files);
        return result;
    }

    /// <summary>Whether an absolute path that does not lead up has to be looked at by <see cref="IsInternal"/>: nearly none has.</summary>
    /// <param name="path">The path: five bytes of it can be read, whatever its length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool MayBeInternal(byte* path)
    {
        const uint Three = 0xffffff;
        uint name = *(uint*)(path + 1);
        return (byte)name is (byte)'/' or (byte)'.' || (name & Three) is 0x737973 or 0x766564 or 0x6f7270;
    }

    /// <summary>Whether an absolute path is the kernel's, as far as its text says.</summary>
    internal static bool IsInternal(ReadOnlySpan<byte> path)
    {
        // How deep the names so far lead below the root, and whether the first of them is the kernel's.
        int depth = 0;
        bool isInternal = false;
        for (int at = 0; at < path.Length;)
        {
            int end = at;
            while (end < path.Length && path[end] != '/')
            {
                end++;
            }

            ReadOnlySpan<byte> name = path[at..end];
            at = end + 1;
            if (name.IsEmpty || (name.Length == 1 && name[0] == '.'))
            {
                continue;
            }

            if (name.Length == 2 && name[0] == '.' && name[1] == '.')
            {
                if (!isInternal)
                {
                    // A name before may be a link.
                    return false;
                }

                depth--;
                isInternal = depth != 0;
                continue;
            }

            if (depth == 0)
            {
                isInternal = name.SequenceEqual("proc"u8) || name.SequenceEqual("sys"u8) || name.SequenceEqual("dev"u8);
            }

            depth++;
        }

        return depth != 0 && isInternal;
    }

    private static void Clear(byte** texts, FileReference* files)
    {
        for (int i = 0; i < MaxArguments; i++)
        {
            texts[i] = null;
            files[i] = default;
        }
    }

    private static void Release(int count, byte** texts, FileReference* files)
    {
        for (int i = 0; i < count; i++)
        {
            files[i].Release();
            if (texts[i] != null)
            {
                PathBuffers.Give(texts[i]);
            }
        }
    }

    // 0 if the peer is to make the call.
    private static long Decide(ReadOnlySpan<byte> form, ulong* arguments, byte** texts, int* lengths, FileReference* files)
    {
        int here = 0;
        int there = 0;
        for (int i = 0; i < form.Length; i++)
        {
            byte kind = form[i];
            if (kind == 'f')
            {
                files[i] = DescriptorTable.GetAny((int)arguments[i]);
                if (files[i].IsNull || !OffloadedFile.Is(files[i].File))
                {
                    return Here;
                }
            }
            else if (kind is (byte)'p' or (byte)'s')
            {
                texts[i] = PathBuffers.Take();
                if (texts[i] == null)
                {
                    return -Errno.ENOMEM;
                }

                // What is wrong with a path the kernel says as well as the peer.
                long length = UserMemory.CopyPath(arguments[i], texts[i]);
                if (length < 0)
                {
                    return Here;
                }

                lengths[i] = (int)length;
                if (kind == 'p' && HasTree && IsThere(form, arguments, i, new ReadOnlySpan<byte>(texts[i], (int)length), files))
                {
                    there++;
                }
                else if (kind == 'p')
                {
                    here++;
                }
            }
        }

        return here == 0 ? 0 : there == 0 ? Here : -Errno.EXDEV;
    }

    private static bool IsThere(ReadOnlySpan<byte> form, ulong* arguments, int index, ReadOnlySpan<byte> path, FileReference* files)
    {
        if (!path.IsEmpty && path[0] == '/')
        {
            return !IsInternal(path);
        }

        bool hasDirectory = index > 0 && form[index - 1] == 'd';
        if (!hasDirectory || (int)arguments[index - 1] == AtFlags.WorkingDirectory)
        {
            return !IsWorkingDirectoryHere;
        }

        files[index - 1] = DescriptorTable.GetAny((int)arguments[index - 1]);
        return !files[index - 1].IsNull && OffloadedFile.Is(files[index - 1].File);
    }

    /// <summary>Makes a call at the peer, or asks where its path leads.</summary>
    /// <param name="number">Of the system call.</param>
    /// <param name="form">A letter for each argument.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="structureBytes">Bytes of what an o stands for.</param>
    /// <param name="texts">Paths and texts among them.</param>
    /// <param name="lengths">Of those.</param>
    /// <param name="files">Files and directories among them.</param>
    /// <param name="explanation">Null; or where a path goes, and the call is not made.</param>
    /// <param name="room">Bytes there.</param>
    /// <returns>As the channel's Finish.</returns>
    internal static long CallPeer(
        int number, ReadOnlySpan<byte> form, ulong* arguments, int structureBytes, byte** texts, int* lengths, FileReference* files, byte* explanation, ulong room)
    {
        RequestSlot* slot = OffloadChannel.Begin(number);
        if (slot == null)
        {
            return -Errno.EIO;
        }

        ulong* outs = stackalloc ulong[2 * MaxArguments];
        int outCount = 0;
        bool isExact = true;
        int used = 0;
        long error = 0;
        for (int i = 0; i < form.Length && error == 0; i++)
        {
            ref long argument = ref slot->Request.Arguments[i];
            argument = (long)arguments[i];
            switch (form[i])
            {
                case (byte)'f':
                    argument = OffloadedFile.NumberOf(files[i].File);
                    break;
                case (byte)'d':
                    argument = files[i].IsNull ? AtFlags.WorkingDirectory : OffloadedFile.NumberOf(files[i].File);
                    break;
                case (byte)'p' or (byte)'s':
                    argument = lengths[i];
                    error = lengths[i] == 0 || Requests.AddKernel(slot, texts[i], (ulong)lengths[i], writable: false) ? 0 : -Errno.E2BIG;
                    break;
                case (byte)'t' or (byte)'k' when argument == 0:
                    argument = -1;
                    break;
                case (byte)'t' or (byte)'k' or (byte)'i' or (byte)'j':
                    int bytes = form[i] == 't' ? TimesBytes : form[i] == 'k' ? sizeof(long) : structureBytes;
                    error = AddCopy(slot, arguments[i], bytes, ref used);
                    argument = bytes;
                    if (form[i] is (byte)'k' or (byte)'j')
                    {
                        (outs[outCount], outs[outCount + 1]) = (arguments[i], (ulong)bytes);
                        outCount += 2;
                    }

                    break;
                case (byte)'v':
                    argument = (long)arguments[i + 1];
                    error = AddIn(slot, arguments[i], arguments[i + 1]);
                    break;
                case (byte)'o':
                    argument = 0;
                    (outs[outCount], outs[outCount + 1]) = (arguments[i], (ulong)structureBytes);
                    outCount += 2;
                    break;
                case (byte)'b':
                    argument = 0;
                    isExact = false;
                    (outs[outCount], outs[outCount + 1]) = (arguments[i], Math.Min(arguments[i + 1], Transfer.Largest));
                    outCount += 2;
                    break;
                case (byte)'z':
                    argument = 0;
                    break;
            }
        }

        if (explanation != null)
        {
            slot->Request.Flags |= RequestFlags.Explain;
            error = error != 0 || Requests.AddKernel(slot, explanation, room, writable: true) ? error : -Errno.E2BIG;
            outCount = 0;
        }

        for (int i = 0; i < outCount && error == 0; i += 2)
        {
            error = outs[i + 1] == 0 ? 0 : AddOut(slot, outs[i], outs[i + 1], isExact);
        }

        if (error != 0)
        {
            OffloadChannel.Abandon(slot);
            if (error == -Errno.ERESTARTNOINTR)
            {
                OffloadChannel.Sleep();
            }

            return error;
        }

        return OffloadChannel.Finish(slot, interruptible: true);
    }

    // A small structure that the application might change meanwhile.
    private static long AddCopy(RequestSlot* slot, ulong address, int length, ref int used)
    {
        byte* copy = slot->Inline + used;
        used += length;
        return used > RequestSlot.InlineBytes ? -Errno.E2BIG
            : !UserMemory.IsInside(address, (ulong)length) || UserAccess.CopyIn(copy, address, (ulong)length) != 0 ? -Errno.EFAULT
            : Requests.AddKernel(slot, copy, (ulong)length, writable: false) ? 0 : -Errno.E2BIG;
    }

    private static long AddIn(RequestSlot* slot, ulong address, ulong length)
    {
        if (!UserMemory.IsInside(address, length))
        {
            return -Errno.EFAULT;
        }

        ulong added = Requests.AddUser(slot, address, length, writable: false);
        return added == Requests.Busy ? -Errno.ERESTARTNOINTR : added < length ? -Errno.EFAULT : 0;
    }

    private static long AddOut(RequestSlot* slot, ulong address, ulong length, bool isExact)
    {
        // A structure for which there is no room the peer refuses, after it has found what else is wrong.
        ulong added = UserMemory.IsInside(address, length) ? Requests.AddUser(slot, address, length, writable: true) : 0;
        return added == Requests.Busy ? -Errno.ERESTARTNOINTR : added == 0 && !isExact ? -Errno.EFAULT : 0;
    }
}
