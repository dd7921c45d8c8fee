namespace AzaleaOS.Syscalls;

/// <summary>Calls on paths, of which some are the peer's.</summary>
/// <remarks>Where the files are the kernel's, the kernel's own methods answer. <see cref="Forwarding"/> says what the letters mean.</remarks>
internal static class OffloadedPaths
{
    /// <summary>stat(2).</summary>
    [OffloadedSyscall(4)]
    internal static long Status(ulong path, ulong to)
    {
        long result = PathCall.Make(4, path, to: to, bytes: 144);
        return result != Forwarding.Here ? result : Attributes.Status(Redirection.Take(path), new(to));
    }

    /// <summary>lstat(2).</summary>
    [OffloadedSyscall(6)]
    internal static long StatusOfLink(ulong path, ulong to)
    {
        long result = PathCall.Make(6, path, to: to, bytes: 144);
        return result != Forwarding.Here ? result : Attributes.StatusOfLink(Redirection.Take(path), new(to));
    }

    /// <summary>access(2).</summary>
    [OffloadedSyscall(21)]
    internal static long Access(ulong path, int mode)
    {
        long result = PathCall.Make(21, path, mode);
        return result != Forwarding.Here ? result : Attributes.Access(Redirection.Take(path), mode);
    }

    /// <summary>truncate(2).</summary>
    [OffloadedSyscall(76)]
    internal static long Truncate(ulong path, long size)
    {
        long result = PathCall.Make(76, path, size);
        return result != Forwarding.Here ? result : OffloadedMemory.Truncate(Redirection.Take(path), size);
    }

    /// <summary>rename(2).</summary>
    [OffloadedSyscall(82)]
    internal static long Rename(ulong from, ulong to)
        => ForwardedCall.Try(82, "pp"u8, out long result, [from, to]) ? result : Names.Rename(from, to);

    /// <summary>mkdir(2).</summary>
    [OffloadedSyscall(83)]
    internal static long MakeDirectory(ulong path, uint mode)
    {
        long result = PathCall.Make(83, path, mode);
        return result != Forwarding.Here ? result : Names.MakeDirectory(Redirection.Take(path), mode);
    }

    /// <summary>rmdir(2).</summary>
    [OffloadedSyscall(84)]
    internal static long RemoveDirectory(ulong path)
    {
        long result = PathCall.Make(84, path);
        return result != Forwarding.Here ? result : Names.RemoveDirectory(Redirection.Take(path));
    }

    /// <summary>link(2).</summary>
    [OffloadedSyscall(86)]
    internal static long Link(ulong from, ulong to)
        => ForwardedCall.Try(86, "pp"u8, out long result, [from, to]) ? result : Names.Link(from, to);

    /// <summary>unlink(2).</summary>
    [OffloadedSyscall(87)]
    internal static long Unlink(ulong path)
    {
        long result = PathCall.Make(87, path);
        return result != Forwarding.Here ? result : Names.Unlink(Redirection.Take(path));
    }

    /// <summary>symlink(2).</summary>
    [OffloadedSyscall(88)]
    internal static long MakeSymbolicLink(ulong target, ulong path)
        => ForwardedCall.Try(88, "sp"u8, out long result, [target, path]) ? result : Names.MakeSymbolicLink(target, Redirection.Take(path));

    /// <summary>readlink(2).</summary>
    [OffloadedSyscall(89)]
    internal static long ReadLink(ulong path, ulong buffer, int size)
        => ForwardedCall.Try(89, "pbz"u8, out long result, [path, buffer, (ulong)size]) ? result : Attributes.ReadLink(Redirection.Take(path), buffer, size);

    /// <summary>chmod(2).</summary>
    [OffloadedSyscall(90)]
    internal static long ChangeMode(ulong path, uint mode)
    {
        long result = PathCall.Make(90, path, mode);
        return result != Forwarding.Here ? result : AttributeChanges.ChangeMode(Redirection.Take(path), mode);
    }

    /// <summary>chown(2).</summary>
    [OffloadedSyscall(92)]
    internal static long ChangeOwner(ulong path, uint user, uint group)
    {
        long result = PathCall.Make(92, path, user, group);
        return result != Forwarding.Here ? result : AttributeChanges.ChangeOwner(Redirection.Take(path), user, group);
    }

    /// <summary>lchown(2).</summary>
    [OffloadedSyscall(94)]
    internal static long ChangeOwnerOfLink(ulong path, uint user, uint group)
    {
        long result = PathCall.Make(94, path, user, group);
        return result != Forwarding.Here ? result : AttributeChanges.ChangeOwnerOfLink(Redirection.Take(path), user, group);
    }

    /// <summary>statfs(2).</summary>
    [OffloadedSyscall(137)]
    internal static long FileSystem(ulong path, ulong to)
    {
        long result = PathCall.Make(137, path, to: to, bytes: 120);
        return result != Forwarding.Here ? result : Attributes.FileSystem(Redirection.Take(path), new(to));
    }

    /// <summary>mkdirat(2).</summary>
    [OffloadedSyscall(258)]
    internal static long MakeDirectoryAt(int directory, ulong path, uint mode)
    {
        long result = PathCall.MakeAt(258, directory, path, mode);
        return result != Forwarding.Here ? result : Names.MakeDirectoryAt(directory, Redirection.Take(path), mode);
    }

    /// <summary>mknodat(2).</summary>
    [OffloadedSyscall(259)]
    internal static long MakeNodeAt(int directory, ulong path, uint mode, uint device)
    {
        long result = PathCall.MakeAt(259, directory, path, mode, device);
        return result != Forwarding.Here ? result : Names.MakeNodeAt(directory, Redirection.Take(path), mode, device);
    }

    /// <summary>fchownat(2).</summary>
    [OffloadedSyscall(260)]
    internal static long ChangeOwnerAt(int directory, ulong path, uint user, uint group, int flags)
        => ForwardedCall.Try(260, "dpnnn"u8, out long result, [(ulong)directory, path, (ulong)user, (ulong)group, (ulong)flags]) ? result : AttributeChanges.ChangeOwnerAt(directory, Redirection.Take(path), user, group, flags);

    /// <summary>newfstatat(2).</summary>
    [OffloadedSyscall(262)]
    internal static long StatusAt(int directory, ulong path, ulong to, int flags)
    {
        long result = PathCall.MakeAt(262, directory, path, third: flags, to: to, bytes: 144);
        return result != Forwarding.Here ? result : Attributes.StatusAt(directory, Redirection.Take(path), new(to), flags);
    }

    /// <summary>unlinkat(2).</summary>
    [OffloadedSyscall(263)]
    internal static long UnlinkAt(int directory, ulong path, int flags)
    {
        long result = PathCall.MakeAt(263, directory, path, flags);
        return result != Forwarding.Here ? result : Names.UnlinkAt(directory, Redirection.Take(path), flags);
    }

    /// <summary>renameat(2).</summary>
    [OffloadedSyscall(264)]
    internal static long RenameAt(int fromDirectory, ulong from, int toDirectory, ulong to)
        => ForwardedCall.Try(264, "dpdp"u8, out long result, [(ulong)fromDirectory, from, (ulong)toDirectory, to]) ? result : Names.RenameAt(fromDirectory, from, toDirectory, to);

    /// <summary>linkat(2).</summary>
    [OffloadedSyscall(265)]
    internal static long LinkAt(int fromDirectory, ulong from, int toDirectory, ulong to, int flags)
        => ForwardedCall.Try(265, "dpdpn"u8, out long result, [(ulong)fromDirectory, from, (ulong)toDirectory, to, (ulong)flags]) ? result : Names.LinkAt(fromDirectory, from, toDirectory, to, flags);

    /// <summary>symlinkat(2).</summary>
    [OffloadedSyscall(266)]
    internal static long MakeSymbolicLinkAt(ulong target, int directory, ulong path)
        => ForwardedCall.Try(266, "sdp"u8, out long result, [target, (ulong)directory, path]) ? result : Names.MakeSymbolicLinkAt(target, directory, Redirection.Take(path));

    /// <summary>readlinkat(2).</summary>
    [OffloadedSyscall(267)]
    internal static long ReadLinkAt(int directory, ulong path, ulong buffer, int size)
        => ForwardedCall.Try(267, "dpbz"u8, out long result, [(ulong)directory, path, buffer, (ulong)size]) ? result : Attributes.ReadLinkAt(directory, Redirection.Take(path), buffer, size);

    /// <summary>fchmodat(2).</summary>
    [OffloadedSyscall(268)]
    internal static long ChangeModeAt(int directory, ulong path, uint mode)
    {
        long result = PathCall.MakeAt(268, directory, path, mode);
        return result != Forwarding.Here ? result : AttributeChanges.ChangeModeAt(directory, Redirection.Take(path), mode);
    }

    /// <summary>faccessat(2).</summary>
    [OffloadedSyscall(269)]
    internal static long AccessAt(int directory, ulong path, int mode)
    {
        long result = PathCall.MakeAt(269, directory, path, mode);
        return result != Forwarding.Here ? result : Attributes.AccessAt(directory, Redirection.Take(path), mode);
    }

    /// <summary>renameat2(2).</summary>
    [OffloadedSyscall(316)]
    internal static long RenameAt(int fromDirectory, ulong from, int toDirectory, ulong to, uint flags)
        => ForwardedCall.Try(316, "dpdpn"u8, out long result, [(ulong)fromDirectory, from, (ulong)toDirectory, to, (ulong)flags]) ? result : Names.RenameAt(fromDirectory, from, toDirectory, to, flags);

    /// <summary>statx(2).</summary>
    [OffloadedSyscall(332)]
    internal static long ExtendedStatus(int directory, ulong path, int flags, uint mask, ulong to)
        => ForwardedCall.Try(332, "dpnno"u8, out long result, [(ulong)directory, path, (ulong)flags, (ulong)mask, to], 256) ? result : Attributes.ExtendedStatus(directory, Redirection.Take(path), flags, mask, new(to));

    /// <summary>faccessat2(2).</summary>
    [OffloadedSyscall(439)]
    internal static long AccessAt(int directory, ulong path, int mode, int flags)
    {
        long result = PathCall.MakeAt(439, directory, path, mode, flags);
        return result != Forwarding.Here ? result : Attributes.AccessAt(directory, Redirection.Take(path), mode, flags);
    }

    /// <summary>mknod(2).</summary>
    [OffloadedSyscall(133)]
    internal static long MakeNode(ulong path, uint mode, uint device)
    {
        long result = PathCall.Make(133, path, mode, device);
        return result != Forwarding.Here ? result : Names.MakeNode(Redirection.Take(path), mode, device);
    }
}
