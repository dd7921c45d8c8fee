namespace AzaleaOS.Syscalls;

/// <summary>Calls on descriptors, of which some are the peer's.</summary>
/// <remarks>Where the files are the kernel's, the kernel's own methods answer. <see cref="Forwarding"/> says what the letters mean.</remarks>
internal static class OffloadedDescriptors
{
    /// <summary>fstat(2).</summary>
    [OffloadedSyscall(5)]
    internal static long StatusOfDescriptor(int descriptor, ulong to)
        => DescriptorCall.Try(5, descriptor, out long result, to: to, bytes: 144) ? result : Attributes.StatusOfDescriptor(descriptor, new(to));

    /// <summary>fsync(2).</summary>
    [OffloadedSyscall(74)]
    internal static long Synchronize(int descriptor)
        => DescriptorCall.Try(74, descriptor, out long result) ? result : FileSizes.Synchronize(descriptor);

    /// <summary>fdatasync(2).</summary>
    [OffloadedSyscall(75)]
    internal static long SynchronizeData(int descriptor)
        => DescriptorCall.Try(75, descriptor, out long result) ? result : FileSizes.SynchronizeData(descriptor);

    /// <summary>ftruncate(2).</summary>
    [OffloadedSyscall(77)]
    internal static long TruncateDescriptor(int descriptor, long size)
        => DescriptorCall.Try(77, descriptor, out long result, size) ? result : OffloadedMemory.TruncateDescriptor(descriptor, size);

    /// <summary>fchmod(2).</summary>
    [OffloadedSyscall(91)]
    internal static long ChangeModeOfDescriptor(int descriptor, uint mode)
        => DescriptorCall.Try(91, descriptor, out long result, mode) ? result : AttributeChanges.ChangeModeOfDescriptor(descriptor, mode);

    /// <summary>fchown(2).</summary>
    [OffloadedSyscall(93)]
    internal static long ChangeOwnerOfDescriptor(int descriptor, uint user, uint group)
        => DescriptorCall.Try(93, descriptor, out long result, user, group) ? result : AttributeChanges.ChangeOwnerOfDescriptor(descriptor, user, group);

    /// <summary>fstatfs(2).</summary>
    [OffloadedSyscall(138)]
    internal static long FileSystemOfDescriptor(int descriptor, ulong to)
        => DescriptorCall.Try(138, descriptor, out long result, to: to, bytes: 120) ? result : Attributes.FileSystemOfDescriptor(descriptor, new(to));

    /// <summary>getdents64(2).</summary>
    [OffloadedSyscall(217)]
    internal static long ReadDirectory(int descriptor, ulong buffer, uint size)
        => ForwardedCall.Try(217, "fbz"u8, out long result, [(ulong)descriptor, buffer, (ulong)size]) ? result : Directories.Read(descriptor, buffer, size);

    /// <summary>fallocate(2).</summary>
    [OffloadedSyscall(285)]
    internal static long Allocate(int descriptor, uint mode, long offset, long length)
        => DescriptorCall.Try(285, descriptor, out long result, mode, offset, length) ? result : OffloadedMemory.Allocate(descriptor, mode, offset, length);

    /// <summary>fsetxattr(2).</summary>
    [OffloadedSyscall(190)]
    internal static long SetAttributeOfDescriptor(int descriptor, ulong name, ulong value, ulong size, int flags)
        => ForwardedCall.Try(190, "fsvnn"u8, out long result, [(ulong)descriptor, name, value, size, (ulong)flags]) ? result : ExtendedAttributeCalls.SetOfDescriptor(descriptor, name, value, size, flags);

    /// <summary>fgetxattr(2).</summary>
    [OffloadedSyscall(193)]
    internal static long GetAttributeOfDescriptor(int descriptor, ulong name, ulong value, ulong size)
        => ForwardedCall.Try(193, "fsbz"u8, out long result, [(ulong)descriptor, name, value, size]) ? result : ExtendedAttributeCalls.GetOfDescriptor(descriptor, name, value, size);

    /// <summary>flistxattr(2).</summary>
    [OffloadedSyscall(196)]
    internal static long ListAttributesOfDescriptor(int descriptor, ulong list, ulong size)
        => ForwardedCall.Try(196, "fbz"u8, out long result, [(ulong)descriptor, list, size]) ? result : ExtendedAttributeCalls.ListOfDescriptor(descriptor, list, size);

    /// <summary>fremovexattr(2).</summary>
    [OffloadedSyscall(199)]
    internal static long RemoveAttributeOfDescriptor(int descriptor, ulong name)
        => ForwardedCall.Try(199, "fs"u8, out long result, [(ulong)descriptor, name]) ? result : ExtendedAttributeCalls.RemoveOfDescriptor(descriptor, name);

    /// <summary>flock(2).</summary>
    [OffloadedSyscall(73)]
    internal static long Lock(int descriptor, uint operation)
        => DescriptorCall.Try(73, descriptor, out long result, operation) ? result : FileLockCalls.Lock(descriptor, operation);

    /// <summary>readahead(2).</summary>
    [OffloadedSyscall(187)]
    internal static long ReadAhead(int descriptor, long offset, ulong count)
        => ForwardedCall.Try(187, "fnn"u8, out long result, [(ulong)descriptor, (ulong)offset, count]) ? result : FileSizes.ReadAhead(descriptor, offset, count);

    /// <summary>fadvise64(2).</summary>
    [OffloadedSyscall(221)]
    internal static long Advise(int descriptor, long offset, long length, int advice)
        => ForwardedCall.Try(221, "fnnn"u8, out long result, [(ulong)descriptor, (ulong)offset, (ulong)length, (ulong)advice]) ? result : FileSizes.Advise(descriptor, offset, length, advice);

    /// <summary>sync_file_range(2).</summary>
    [OffloadedSyscall(277)]
    internal static long SynchronizeRange(int descriptor, long offset, long length, uint flags)
        => ForwardedCall.Try(277, "fnnn"u8, out long result, [(ulong)descriptor, (ulong)offset, (ulong)length, flags]) ? result : FileSizes.SynchronizeRange(descriptor, offset, length, flags);

    /// <summary>syncfs(2).</summary>
    [OffloadedSyscall(306)]
    internal static long SynchronizeFileSystem(int descriptor)
        => ForwardedCall.Try(306, "f"u8, out long result, [(ulong)descriptor]) ? result : FileSizes.SynchronizeFileSystem(descriptor);

    /// <summary>sendfile(2).</summary>
    [OffloadedSyscall(40)]
    internal static long SendFile(int output, int input, ulong offset, ulong count)
        => ForwardedCall.Try(40, "ffkn"u8, out long result, [(ulong)output, (ulong)input, offset, count]) ? result : FileCopies.SendFile(output, input, new(offset), count);

    /// <summary>splice(2).</summary>
    [OffloadedSyscall(275)]
    internal static long Splice(int input, ulong inputOffset, int output, ulong outputOffset, ulong count, uint flags)
        => ForwardedCall.Try(275, "fkfknn"u8, out long result, [(ulong)input, inputOffset, (ulong)output, outputOffset, count, flags]) ? result : SpliceCalls.Splice(input, new(inputOffset), output, new(outputOffset), count, flags);

    /// <summary>tee(2).</summary>
    [OffloadedSyscall(276)]
    internal static long Tee(int input, int output, ulong count, uint flags)
        => ForwardedCall.Try(276, "ffnn"u8, out long result, [(ulong)input, (ulong)output, count, flags]) ? result : SpliceCalls.Tee(input, output, count, flags);

    /// <summary>copy_file_range(2).</summary>
    [OffloadedSyscall(326)]
    internal static long CopyRange(int input, ulong inputOffset, int output, ulong outputOffset, ulong count, uint flags)
        => ForwardedCall.Try(326, "fkfknn"u8, out long result, [(ulong)input, inputOffset, (ulong)output, outputOffset, count, flags]) ? result : FileCopies.CopyRange(input, new(inputOffset), output, new(outputOffset), count, flags);
}
