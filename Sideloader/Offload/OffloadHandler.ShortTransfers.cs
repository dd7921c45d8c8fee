using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.Offload;

// Transfers between one buffer and a regular file: of all calls those that take the shortest time.
internal sealed unsafe partial class OffloadHandler
{
    /// <summary>A bit for the number of each call that is made here. A read at the file's own position asks for that first.</summary>
    private const uint ShortTransfers = 1u << (int)OffloadedCall.Write | 1u << (int)OffloadedCall.PRead | 1u << (int)OffloadedCall.PWrite;

    /// <inheritdoc/>
    /// <remarks>
    /// Behind a system call the processor has forgotten where this thread's methods return to, since mitigations in Linux's way
    /// out use that memory up: each return is guessed wrongly and costs as much as 20 instructions. So behind the system call
    /// there is one return, the C library's, and then the request is given back. What else there is to do comes after that,
    /// while the driver takes the answer.
    /// </remarks>
    public bool TryAnswer(DescriptorChain request, Virtqueue queue)
    {
        if (!request.TryCut(out RequestHeader* header, out ResponseHeader* answer, out IoVector readable, out IoVector writable))
            return false;

        _header = *header;
        uint number = _header.Operation;
        if (number > (uint)OffloadedCall.PWrite || (ShortTransfers >> (int)number & 1) == 0 || (_header.Flags & RequestFlags.Explain) != 0)
            return false;

        bool writes = number != (uint)OffloadedCall.PRead;
        long offset = number == (uint)OffloadedCall.Write ? 0 : _header.Arguments[3];
        // A trace has texts of the request, which are the driver's again as soon as it is given back.
        if (offset < 0 || !_application.Greeted || _meter is { IsTracing: true } || _application.Files.Borrow(_header.Arguments[0]) is not { } file)
            return false;

        IoVector data = writes ? readable : writable;
        if (!file.IsRegular || file.IsDirect || data.Length == 0 || !(writes || file.IsCached(offset, (long)data.Length)))
        {
            file.Release();
            return false;
        }

        long seen = _meter?.Begin(_header.Operation) ?? 0;
        // syscall and not pread: the C library's own function may be cancelled, which takes it two locked operations.
        long result = Libc.SystemCall(number, file.Descriptor, (void*)data.Base, (void*)data.Length, offset, null);
        if (result < 0)
            result = FileTree.Error;
        *answer = new ResponseHeader { Result = result, Sequence = (uint)_header.Sequence };
        queue.Give(request.Head, (uint)(ResponseHeader.Bytes + (writes ? 0 : Math.Max(result, 0))));

        file.Release();
        request.AddMoved(result);
        request.AddCopied(RequestHeader.Bytes);
        _meter?.Count(_header, request, seen, result, isKept: false);
        return true;
    }
}
