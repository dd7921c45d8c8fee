using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;
using AzaleaOS.Sideloader.Statistics;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>Carries out the system calls of one queue.</summary>
/// <remarks>
/// Header and texts are copied before they are looked at; data go between the application's buffers and the file in one system
/// call. A method returns the call's result, or a negated error number.
/// </remarks>
internal sealed unsafe partial class OffloadHandler : IRequestHandler
{
    private const int MaxRecords = 32 * 1024;

    private readonly Application _application;
    private readonly CallMeter? _meter;
    private readonly PathResolver _resolver;
    private readonly byte* _path = (byte*)NativeMemory.Alloc(2 * PathResolver.MaxPath);
    private readonly byte* _records = (byte*)NativeMemory.Alloc(MaxRecords);

    private DescriptorChain _chain = null!;
    private RequestHeader _header;

    /// <summary>When the request was seen; 0 if it is not timed.</summary>
    private long _seen;

    /// <summary>Bytes of the readable part that are taken apart already.</summary>
    private long _taken;

    /// <summary>Bytes of the answer behind its header.</summary>
    private long _answered;

    internal OffloadHandler(Application application, CallMeter? meter)
    {
        _application = application;
        _meter = meter;
        _resolver = new PathResolver(application.Mounts);
        CreateWaits();
        lock (application.Handlers)
            application.Handlers.Add(this);
    }

    /// <inheritdoc/>
    public long Handle(DescriptorChain request)
    {
        if (!request.TryRead(0, out _header) || request.WritableBytes < ResponseHeader.Bytes)
            return 0;

        _chain = request;
        _seen = _meter?.Begin(_header.Operation) ?? 0;
        _taken = RequestHeader.Bytes;
        _answered = 0;
        long result = Execute();
        if (result == KeptForLater)
            return IRequestHandler.Kept;
        if (result < 0 && (_header.Flags & RequestFlags.Explain) != 0)
            result = Explain(result);

        _meter?.Count(_header, request, _seen, result, isKept: false);
        return Respond(request, _header.Sequence, result, _answered);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_application.Handlers)
            _application.Handlers.Remove(this);
        DisposeWaits();
        _resolver.Dispose();
        NativeMemory.Free(_path);
        NativeMemory.Free(_records);
        NativeMemory.Free(_attribute);
        NativeMemory.Free(_attributeName);
    }

    private static uint Respond(DescriptorChain request, ulong sequence, long result, long answered)
    {
        // There is room: it was looked at first.
        request.TryWrite(0, new ResponseHeader { Result = result, Sequence = (uint)sequence });
        return (uint)(ResponseHeader.Bytes + answered);
    }

    private long Argument(int index) => _header.Arguments[index];

    private long Execute()
    {
        if (_header.Operation >= (ushort)ChannelOperation.First)
            return ExecuteOperation((ChannelOperation)_header.Operation);
        if (!_application.Greeted)
            return -(int)Errno.EPROTO;

        var call = (OffloadedCall)_header.Operation;
        if (_application.IsReadOnly && Changes(call))
            return -(int)Errno.EROFS;

        const long Here = AtFlags.WorkingDirectory;
        return call switch
        {
            OffloadedCall.Read or OffloadedCall.ReadV => Transfer(writes: false, -1, 0),
            OffloadedCall.Write or OffloadedCall.WriteV => Transfer(writes: true, -1, 0),
            OffloadedCall.PRead or OffloadedCall.PReadV => TransferAt(writes: false, 0),
            OffloadedCall.PWrite or OffloadedCall.PWriteV => TransferAt(writes: true, 0),
            OffloadedCall.PReadV2 => TransferWithFlags(writes: false),
            OffloadedCall.PWriteV2 => TransferWithFlags(writes: true),
            OffloadedCall.Open => Open(Here, Argument(0), (OpenFlags)Argument(1), (uint)Argument(2)),
            OffloadedCall.Creat => Open(Here, Argument(0), OpenFlags.Create | OpenFlags.Truncate | OpenFlags.WriteOnly, (uint)Argument(1)),
            OffloadedCall.OpenAt => Open(Argument(0), Argument(1), (OpenFlags)Argument(2), (uint)Argument(3)),
            OffloadedCall.Close => Close(Argument(0)),
            OffloadedCall.LSeek => WithFile((handler, file) => handler.Seek(file)),
            OffloadedCall.Dup => Duplicate(),
            OffloadedCall.FCntl => WithFile((handler, file) => handler.Control(file)),
            OffloadedCall.FSync => WithFile((handler, file) => handler.HandOver(file, (_, waiting) => Check(Libc.Synchronize(waiting.File!.Descriptor)))),
            OffloadedCall.FDataSync => WithFile((handler, file) => handler.HandOver(file, (_, waiting) => Check(Libc.SynchronizeData(waiting.File!.Descriptor)))),
            OffloadedCall.SyncFs => WithFile((handler, file) => handler.HandOver(file, (_, waiting) => Check(Libc.SynchronizeFileSystem(waiting.File!.Descriptor)))),
            OffloadedCall.SyncFileRange => WithFile((handler, file) => handler.SynchronizeRange(file)),
            OffloadedCall.FLock => WithFile((handler, file) => handler.LockFile(file)),
            OffloadedCall.FAdvise => WithFile((handler, file) => -Libc.Advise(file.Descriptor, handler.Argument(1), handler.Argument(2), (int)handler.Argument(3))),
            OffloadedCall.ReadAhead => WithFile((handler, file) => Check((int)Libc.ReadAhead(file.Descriptor, handler.Argument(1), (nuint)handler.Argument(2)))),
            OffloadedCall.IOCtl => WithFile((handler, file) => handler.ControlDevice(file)),
            OffloadedCall.Poll => PollFiles(),
            OffloadedCall.SendFile => SendFile(),
            OffloadedCall.Splice => Splice(),
            OffloadedCall.Tee => Tee(),
            OffloadedCall.SetXAttr => WithAttributes(false, (handler, found) => handler.SetAttribute(found)),
            OffloadedCall.LSetXAttr => WithAttributes(true, (handler, found) => handler.SetAttribute(found)),
            OffloadedCall.FSetXAttr => WithAttributes(null, (handler, found) => handler.SetAttribute(found)),
            OffloadedCall.GetXAttr => WithAttributes(false, (handler, found) => handler.GetAttribute(found)),
            OffloadedCall.LGetXAttr => WithAttributes(true, (handler, found) => handler.GetAttribute(found)),
            OffloadedCall.FGetXAttr => WithAttributes(null, (handler, found) => handler.GetAttribute(found)),
            OffloadedCall.ListXAttr => WithAttributes(false, (handler, found) => handler.ListAttributes(found)),
            OffloadedCall.LListXAttr => WithAttributes(true, (handler, found) => handler.ListAttributes(found)),
            OffloadedCall.FListXAttr => WithAttributes(null, (handler, found) => handler.ListAttributes(found)),
            OffloadedCall.RemoveXAttr => WithAttributes(false, (handler, found) => handler.RemoveAttribute(found)),
            OffloadedCall.LRemoveXAttr => WithAttributes(true, (handler, found) => handler.RemoveAttribute(found)),
            OffloadedCall.FRemoveXAttr => WithAttributes(null, (handler, found) => handler.RemoveAttribute(found)),
            OffloadedCall.OpenAt2 => OpenAsAsked(),
            OffloadedCall.FTruncate => WithFile((handler, file) => Check(Libc.Truncate(file.Descriptor, handler.Argument(1)))),
            OffloadedCall.FAllocate => WithFile((handler, file) => Check(Libc.Allocate(file.Descriptor, (int)handler.Argument(1), handler.Argument(2), handler.Argument(3)))),
            OffloadedCall.FChMod => WithFile((handler, file) => Check(Libc.ChangeMode(file.Descriptor, (uint)handler.Argument(1)))),
            OffloadedCall.FChOwn => WithFile((handler, file) => Check(Libc.ChangeOwnerAt(file.Descriptor, FileTree.Empty, (uint)handler.Argument(1), (uint)handler.Argument(2), AtFlags.EmptyPath))),
            OffloadedCall.FStat => WithFile((handler, file) => handler.AnswerStatus(file.Descriptor)),
            OffloadedCall.FStatFs => WithFile((handler, file) => handler.AnswerFileSystem(file.Descriptor)),
            OffloadedCall.GetDEnts => WithFile((handler, file) => handler.ReadDirectory(file)),
            OffloadedCall.CopyFileRange => CopyRange(),
            OffloadedCall.FChDir => WithFile((handler, file) => handler.ChangeDirectory(file.Descriptor, file.Tree)),
            OffloadedCall.ChDir => WithPath(Here, Argument(0), OpenFlags.Directory, (handler, found) => handler.ChangeDirectory(found, handler._resolver.Tree)),
            OffloadedCall.GetCwd => GetWorkingDirectory(),
            OffloadedCall.UMask => _application.SetCreationMask((uint)Argument(0)),
            OffloadedCall.Stat => WithPath(Here, Argument(0), 0, (handler, found) => handler.AnswerStatus(found)),
            OffloadedCall.LStat => WithPath(Here, Argument(0), OpenFlags.NoFollow, (handler, found) => handler.AnswerStatus(found)),
            OffloadedCall.NewFStatAt => WithPathAt(Argument(3), (handler, found) => handler.AnswerStatus(found)),
            OffloadedCall.StatX => ExtendedStatus(),
            OffloadedCall.StatFs => WithPath(Here, Argument(0), 0, (handler, found) => handler.AnswerFileSystem(found)),
            OffloadedCall.Access => CheckAccess(Here, Argument(0), Argument(1), 0),
            OffloadedCall.FAccessAt => CheckAccess(Argument(0), Argument(1), Argument(2), 0),
            OffloadedCall.FAccessAt2 => CheckAccess(Argument(0), Argument(1), Argument(2), Argument(3)),
            OffloadedCall.Truncate => WithPath(Here, Argument(0), 0, (handler, found) => handler.SetSize(found)),
            OffloadedCall.ChMod => WithPath(Here, Argument(0), 0, (handler, found) => ChangeMode(found, (uint)handler.Argument(1))),
            OffloadedCall.FChModAt => WithPath(Argument(0), Argument(1), 0, (handler, found) => ChangeMode(found, (uint)handler.Argument(2))),
            OffloadedCall.ChOwn => WithPath(Here, Argument(0), 0, (handler, found) => ChangeOwner(found, handler.Argument(1), handler.Argument(2))),
            OffloadedCall.LChOwn => WithPath(Here, Argument(0), OpenFlags.NoFollow, (handler, found) => ChangeOwner(found, handler.Argument(1), handler.Argument(2))),
            OffloadedCall.FChOwnAt => WithPathAt(Argument(4), (handler, found) => ChangeOwner(found, handler.Argument(2), handler.Argument(3))),
            OffloadedCall.UTimeNsAt => SetTimes(),
            OffloadedCall.ReadLink => WithPath(Here, Argument(0), OpenFlags.NoFollow, (handler, found) => handler.ReadLink(found)),
            OffloadedCall.ReadLinkAt => WithPath(Argument(0), Argument(1), OpenFlags.NoFollow, (handler, found) => handler.ReadLink(found)),
            OffloadedCall.MkDir => MakeDirectory(Here, Argument(0), (uint)Argument(1)),
            OffloadedCall.MkDirAt => MakeDirectory(Argument(0), Argument(1), (uint)Argument(2)),
            OffloadedCall.MkNodAt => MakeNode(Argument(0), Argument(1), (uint)Argument(2)),
            OffloadedCall.MkNod => MakeNode(Here, Argument(0), (uint)Argument(1)),
            OffloadedCall.RmDir => Remove(Here, Argument(0), AtFlags.RemoveDirectory),
            OffloadedCall.Unlink => Remove(Here, Argument(0), 0),
            OffloadedCall.UnlinkAt => Remove(Argument(0), Argument(1), Argument(2)),
            OffloadedCall.Rename => Rename(Here, Argument(0), Here, Argument(1), 0),
            OffloadedCall.RenameAt => Rename(Argument(0), Argument(1), Argument(2), Argument(3), 0),
            OffloadedCall.RenameAt2 => Rename(Argument(0), Argument(1), Argument(2), Argument(3), (uint)Argument(4)),
            OffloadedCall.Link => MakeLink(Here, Argument(0), Here, Argument(1), 0),
            OffloadedCall.LinkAt => MakeLink(Argument(0), Argument(1), Argument(2), Argument(3), Argument(4)),
            OffloadedCall.SymLink => MakeSymbolicLink(Argument(0), Here, Argument(1)),
            OffloadedCall.SymLinkAt => MakeSymbolicLink(Argument(0), Argument(1), Argument(2)),
            _ => -(int)Errno.ENOSYS,
        };
    }

    /// <summary>Whether a call changes the file system by itself. To open for writing is looked at when a file is opened.</summary>
    private static bool Changes(OffloadedCall call) => call is OffloadedCall.Truncate or OffloadedCall.Rename or OffloadedCall.RenameAt
        or OffloadedCall.RenameAt2 or OffloadedCall.MkDir or OffloadedCall.MkDirAt or OffloadedCall.MkNodAt or OffloadedCall.MkNod or OffloadedCall.RmDir
        or OffloadedCall.Unlink or OffloadedCall.UnlinkAt or OffloadedCall.Link or OffloadedCall.LinkAt or OffloadedCall.SymLink
        or OffloadedCall.SymLinkAt or OffloadedCall.ChMod or OffloadedCall.FChMod or OffloadedCall.FChModAt or OffloadedCall.ChOwn
        or OffloadedCall.LChOwn or OffloadedCall.FChOwn or OffloadedCall.FChOwnAt or OffloadedCall.UTimeNsAt
        or OffloadedCall.SetXAttr or OffloadedCall.LSetXAttr or OffloadedCall.FSetXAttr or OffloadedCall.RemoveXAttr or OffloadedCall.LRemoveXAttr
        or OffloadedCall.FRemoveXAttr;

    private static int Check(int result) => result < 0 ? FileTree.Error : result;

    private long WithFile(Func<OffloadHandler, OpenFile, long> use)
    {
        if (_application.Files.Borrow(Argument(0)) is not { } file)
            return -(int)Errno.EBADF;

        long result = IsRefused(file.Tree) ? -(int)Errno.EROFS : use(this, file);
        file.Release();
        return result;
    }

    /// <summary>Whether the call at hand would change a tree that must not be changed.</summary>
    private bool IsRefused(int tree) => _application.Mounts.Count > 1 && _application.Mounts.IsReadOnly(tree) && Changes((OffloadedCall)_header.Operation);

    /// <summary>Writes a structure behind the answer's header.</summary>
    private long Answer<T>(in T value)
        where T : unmanaged
    {
        if (!_chain.TryWrite(ResponseHeader.Bytes + _answered, in value))
            return -(int)Errno.EFAULT;

        _answered += sizeof(T);
        return 0;
    }

    private long AnswerBytes(ReadOnlySpan<byte> bytes)
    {
        int count = _chain.Write(ResponseHeader.Bytes, bytes);
        _answered = count;
        return count;
    }
}
