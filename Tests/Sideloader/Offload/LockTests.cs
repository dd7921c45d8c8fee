using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>Locks on files, and the helper threads that wait for them.</summary>
public sealed unsafe class LockTests : IDisposable
{
    private const int Exclusive = 2;
    private const int Now = 4;
    private const int Unlock = 8;
    private const int Get = 5;
    private const int Set = 6;
    private const int GetOfFile = 36;
    private const int SetOfFile = 37;
    private const int WaitOfFile = 38;

    private readonly HostDirectory _host = new();
    private readonly OffloadClient _client;
    private readonly int _own;

    public LockTests()
    {
        File.WriteAllText(_host["file"], "0123456789");
        _client = new OffloadClient(_host.Root);
        fixed (byte* path = FuseGuest.Texts([_host["file"]]))
            _own = Libc.OpenAt(-100, path, OpenFlags.ReadWrite, 0);
        Assert.True(_own >= 0);
    }

    public void Dispose()
    {
        Libc.Close(_own);
        _client.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_lock_of_somebody_else_is_waited_for_and_holds_up_nobody()
    {
        long file = Open();
        Assert.Equal(0, Libc.LockFile(_own, Exclusive));
        Assert.Equal(-(long)Errno.EAGAIN, _client.Call(OffloadedCall.FLock, file, Exclusive | Now));
        ulong waits = _client.Send((ushort)OffloadedCall.FLock, [file, Exclusive], [], 0);
        for (int i = 0; i < 50; i++)
            Assert.Equal(0, _client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.False(_client.IsAnswered(waits));

        Assert.Equal(0, Libc.LockFile(_own, Unlock));

        Assert.Equal(0, _client.Wait(waits, out _));
        Assert.Equal(-1, Libc.LockFile(_own, Exclusive | Now));
        Assert.Equal(0, _client.Call(OffloadedCall.FLock, file, Unlock));
        Assert.Equal(-(long)Errno.EINVAL, _client.Call(OffloadedCall.FLock, file, 77));
        Assert.Equal(-(long)Errno.EBADF, _client.Call(OffloadedCall.FLock, 999, Exclusive));
    }

    [Fact]
    public void Who_waits_for_a_lock_can_be_interrupted_and_more_than_there_are_helpers_are_refused()
    {
        long file = Open();
        Assert.Equal(0, Libc.LockFile(_own, Exclusive));
        ulong[] waits = [.. Enumerable.Range(0, HelperThreads.MaxPatient).Select(_ => _client.Send((ushort)OffloadedCall.FLock, [file, Exclusive], [], 0))];
        Assert.Equal(-(long)Errno.EAGAIN, _client.Call(OffloadedCall.FLock, file, Exclusive));
        // The disk has helpers of its own.
        Assert.Equal(0, _client.Call(OffloadedCall.FSync, file));

        foreach (ulong wait in waits)
        {
            Assert.Equal(0, _client.Cancel(wait));
            Assert.Equal(-(long)Errno.EINTR, _client.Wait(wait, out _));
        }

        Assert.Equal(-(long)Errno.ENOENT, _client.Cancel(waits[0]));
        ulong last = _client.Send((ushort)OffloadedCall.FLock, [file, Exclusive], [], 0);
        Assert.Equal(0, Libc.LockFile(_own, Unlock));
        Assert.Equal(0, _client.Wait(last, out _));
    }

    [Fact]
    public void A_helper_is_interrupted_when_its_queue_stops()
    {
        long file = Open();
        Assert.Equal(0, Libc.LockFile(_own, Exclusive));
        ulong wait = _client.Send((ushort)OffloadedCall.FLock, [file, Exclusive], [], 0);
        Assert.Equal(0, _client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));

        _client.StopQueue(OffloadClient.Core);

        Assert.Equal(-(long)Errno.EINTR, _client.Wait(wait, out _));
    }

    [Fact]
    public void Record_locks_of_open_files_are_those_of_Linux()
    {
        long file = Open();
        RecordLock own = new() { Type = RecordLock.Write, Start = 2, Length = 3 };
        Assert.Equal(0, Libc.Control(_own, SetOfFile, &own));

        Assert.Equal(-(long)Errno.EAGAIN, Lock(file, SetOfFile, RecordLock.Write, 4, 1, out _));
        Assert.Equal(0, Lock(file, SetOfFile, RecordLock.Write, 5, 1, out _));
        Assert.Equal(0, Lock(file, GetOfFile, RecordLock.Read, 0, 0, out RecordLock found));
        Assert.Equal((RecordLock.Write, 2L, 3L, -1), (found.Type, found.Start, found.Length, found.Process));
        Assert.Equal(0, Lock(file, GetOfFile, RecordLock.Read, 9, 1, out found));
        Assert.Equal(RecordLock.Unlock, found.Type);

        ulong wait = _client.Send((ushort)OffloadedCall.FCntl, [file, WaitOfFile, 32], Bytes(RecordLock.Write, 0, 10), 0);
        Assert.Equal(0, _client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.False(_client.IsAnswered(wait));
        own.Type = RecordLock.Unlock;
        Assert.Equal(0, Libc.Control(_own, SetOfFile, &own));
        Assert.Equal(0, _client.Wait(wait, out _));

        Assert.Equal(-(long)Errno.EFAULT, _client.Call(OffloadedCall.FCntl, file, SetOfFile, 31));
        Assert.Equal(-(long)Errno.EINVAL, Lock(file, SetOfFile, 9, 0, 1, out _));
    }

    [Fact]
    public void A_process_loses_its_record_locks_with_any_descriptor_of_the_file()
    {
        long file = Open();
        long copy = _client.Call(OffloadedCall.Dup, file);
        Assert.Equal(0, Lock(file, Set, RecordLock.Write, 0, 4, out _));
        Assert.True(IsLocked());

        Assert.Equal(0, _client.Call(OffloadedCall.Close, copy));

        Assert.False(IsLocked());
        Assert.Equal(0, Lock(file, Get, RecordLock.Write, 0, 0, out RecordLock found));
        Assert.Equal(RecordLock.Unlock, found.Type);

        bool IsLocked()
        {
            // By an open file: the application's process is this one.
            RecordLock other = new() { Type = RecordLock.Write, Length = 1 };
            Assert.Equal(0, Libc.Control(_own, GetOfFile, &other));
            return other.Type != RecordLock.Unlock;
        }
    }

    private long Open()
    {
        long file = _client.Call(OffloadedCall.Open, "file", 2, 0);
        Assert.True(file >= 0);
        return file;
    }

    private long Lock(long file, int command, short type, long start, long length, out RecordLock found)
    {
        long result = _client.CallFor(OffloadedCall.FCntl, 32, out byte[] answer, file, command, 32, Bytes(type, start, length));
        found = answer.Length == 32 ? MemoryMarshal.Read<RecordLock>(answer) : default;
        return result;
    }

    private static byte[] Bytes(short type, long start, long length)
    {
        var record = new RecordLock { Type = type, Start = start, Length = length };
        return MemoryMarshal.AsBytes(new ReadOnlySpan<RecordLock>(in record)).ToArray();
    }
}
