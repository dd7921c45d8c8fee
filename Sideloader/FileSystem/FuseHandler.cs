using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.FileSystem;

/// <summary>Answers FUSE requests of one queue: takes them apart and puts answers together.</summary>
/// <remarks>
/// Everything but a file's data is copied before it is looked at; data go between the guest's buffers and the file in one
/// system call. A method returns the bytes of its answer, or a negated error number.
/// </remarks>
internal sealed unsafe partial class FuseHandler(FileTree tree) : IRequestHandler
{
    /// <summary>Longest request that is not data: a value of an extended attribute and its name, or a path.</summary>
    private const int MaxRequest = 80 * 1024;

    /// <summary>Longest answer that is not data: a value of an extended attribute, or names of a directory.</summary>
    private const int MaxResponse = 64 * 1024;

    private readonly byte* _request = (byte*)NativeMemory.Alloc(MaxRequest + 1);
    private readonly byte* _response = (byte*)NativeMemory.Alloc(MaxResponse);
    private readonly byte* _records = (byte*)NativeMemory.Alloc(MaxResponse);
    private int _requestLength;

    /// <inheritdoc/>
    public int WaitDescriptor => -1;

    /// <inheritdoc/>
    public long Handle(DescriptorChain chain)
    {
        if (!chain.TryRead(0, out FuseRequestHeader header))
            return 0;

        if (header.Operation is FuseOperation.Forget or FuseOperation.ForgetMany)
        {
            Forget(chain, in header);
            return 0;
        }

        int result = chain.WritableBytes < FuseResponseHeader.Bytes ? -(int)Errno.EINVAL : Execute(chain, in header);
        var response = new FuseResponseHeader
        {
            Length = (uint)(FuseResponseHeader.Bytes + Math.Max(result, 0)),
            Error = Math.Min(result, 0),
            Unique = header.Unique,
        };
        return chain.TryWrite(0, in response) ? response.Length : 0;
    }

    /// <inheritdoc/>
    public bool TryFinish(out DescriptorChain? request, out uint written)
    {
        (request, written) = (null, 0);
        return false;
    }

    /// <inheritdoc/>
    public bool TryInterrupt(out DescriptorChain? request, out uint written) => TryFinish(out request, out written);

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_request);
        NativeMemory.Free(_response);
        NativeMemory.Free(_records);
    }

    private int Execute(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (tree.IsReadOnly && Changes(header.Operation))
            return -(int)Errno.EROFS;
        // Data stay where they are.
        if (header.Operation == FuseOperation.Write)
            return Write(chain);

        _requestLength = chain.Read(FuseRequestHeader.Bytes, new Span<byte>(_request, MaxRequest));
        return header.Operation switch
        {
            FuseOperation.Initialize => Initialize(chain),
            FuseOperation.Destroy => Destroy(),
            FuseOperation.Lookup => Lookup(chain, in header),
            FuseOperation.GetAttributes => GetAttributes(chain, in header),
            FuseOperation.SetAttributes => SetAttributes(chain, in header),
            FuseOperation.ReadLink => ReadLink(chain, in header),
            FuseOperation.SymbolicLink => MakeSymbolicLink(chain, in header),
            FuseOperation.MakeNode => MakeNode(chain, in header),
            FuseOperation.MakeDirectory => MakeDirectory(chain, in header),
            FuseOperation.Unlink => Unlink(in header, 0),
            FuseOperation.RemoveDirectory => Unlink(in header, Abi.Linux.AtFlags.RemoveDirectory),
            FuseOperation.Rename => Rename(in header, FuseRename.BytesWithoutFlags),
            FuseOperation.RenameWithFlags => Rename(in header, sizeof(FuseRename)),
            FuseOperation.Link => Link(chain, in header),
            FuseOperation.Open => Open(chain, in header),
            FuseOperation.Create => Create(chain, in header),
            FuseOperation.Read => Read(chain),
            FuseOperation.Release or FuseOperation.ReleaseDirectory => Release(),
            FuseOperation.Flush => Flush(),
            FuseOperation.Synchronize or FuseOperation.SynchronizeDirectory => Synchronize(),
            FuseOperation.SynchronizeFileSystem => SynchronizeFileSystem(),
            FuseOperation.Allocate => Allocate(),
            FuseOperation.Seek => Seek(chain),
            FuseOperation.CopyRange => CopyRange(chain),
            FuseOperation.OpenDirectory => OpenDirectory(chain, in header),
            FuseOperation.ReadDirectory => ReadDirectory(chain, in header, plus: false),
            FuseOperation.ReadDirectoryPlus => ReadDirectory(chain, in header, plus: true),
            FuseOperation.StatFileSystem => StatFileSystem(chain, in header),
            FuseOperation.SetExtendedAttribute => SetExtendedAttribute(in header),
            FuseOperation.GetExtendedAttribute => GetExtendedAttribute(chain, in header),
            FuseOperation.ListExtendedAttributes => ListExtendedAttributes(chain, in header),
            FuseOperation.RemoveExtendedAttribute => RemoveExtendedAttribute(in header),
            _ => -(int)Errno.ENOSYS,
        };
    }

    private static bool Changes(FuseOperation operation) => operation is FuseOperation.SetAttributes or FuseOperation.SymbolicLink
        or FuseOperation.MakeNode or FuseOperation.MakeDirectory or FuseOperation.Unlink or FuseOperation.RemoveDirectory
        or FuseOperation.Rename or FuseOperation.RenameWithFlags or FuseOperation.Link or FuseOperation.Create or FuseOperation.Write
        or FuseOperation.Allocate or FuseOperation.CopyRange or FuseOperation.SetExtendedAttribute or FuseOperation.RemoveExtendedAttribute;

    /// <summary>The structure that the request starts with.</summary>
    private bool TryParse<T>(out T value)
        where T : unmanaged
    {
        Unsafe.SkipInit(out value);
        if (_requestLength < sizeof(T))
            return false;

        value = Unsafe.ReadUnaligned<T>(_request);
        return true;
    }

    /// <summary>A text with a zero at its end, from the copy of the request.</summary>
    /// <param name="offset">Where it starts; moved behind it.</param>
    /// <returns>Its start, or null if it has no end.</returns>
    private byte* Text(ref int offset)
    {
        if (offset >= _requestLength)
            return null;

        int length = new ReadOnlySpan<byte>(_request + offset, _requestLength - offset).IndexOf((byte)0);
        if (length < 0)
            return null;

        byte* start = _request + offset;
        offset += length + 1;
        return start;
    }

    /// <summary>A name that may be looked up, from the copy of the request.</summary>
    /// <returns>0, or a negated error number.</returns>
    private int TryName(int offset, out byte* name) => TryName(ref offset, out name);

    private int TryName(ref int offset, out byte* name)
    {
        name = Text(ref offset);
        return name == null ? -(int)Errno.EINVAL : FileTree.CheckName(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
    }

    /// <summary>Writes an answer behind the header.</summary>
    private static int Answer<T>(DescriptorChain chain, in T value)
        where T : unmanaged
        => chain.TryWrite(FuseResponseHeader.Bytes, in value) ? sizeof(T) : -(int)Errno.EINVAL;

    private static int Answer(DescriptorChain chain, ReadOnlySpan<byte> bytes) =>
        chain.Write(FuseResponseHeader.Bytes, bytes) == bytes.Length ? bytes.Length : -(int)Errno.ERANGE;
}
