using System.Globalization;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Tests.Sideloader.Driving;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>Calls with many flags and structures, through the channel and made by this process, in two directories: every result is equal.</summary>
public sealed unsafe partial class RarerCallsAgainstLinuxTests : ComparisonWithLinux
{
    private const long Here = OffloadClient.Here;
    private const int Kinds = 19;
    private const long Now = 0x3FFFFFFF;
    private const long Omit = 0x3FFFFFFE;

    private static readonly string[] s_names = ["a", "b", "d", "d/x", "d/y", "l", "d/l", "l/x", "./a", "d/../b", "none/x", "fifo"];
    private static readonly string[] s_attributes = ["user.one", "user.two", "user.", "one"];

    private readonly Random _random;
    private readonly int _seed;
    private OffloadClient _client = null!;

    public RarerCallsAgainstLinuxTests()
    {
        _seed = int.Parse(Environment.GetEnvironmentVariable("AZALEA_CALLS_SEED") ?? "4321", CultureInfo.InvariantCulture);
        _random = new Random(_seed);
    }

    [Fact]
    public void Ten_thousand_random_calls_have_the_same_results()
    {
        using var client = new OffloadClient(_channel.Root);
        _client = client;
        client.Call(OffloadedCall.UMask, 0);
        foreach (string root in (string[])[_channel.Root, _native.Root])
        {
            Directory.CreateDirectory(Path.Combine(root, "d"));
            File.WriteAllBytes(Path.Combine(root, "a"), new byte[9000]);
            File.WriteAllText(Path.Combine(root, "d/x"), "some text");
            File.CreateSymbolicLink(Path.Combine(root, "l"), "d");
            File.CreateSymbolicLink(Path.Combine(root, "d/l"), "../b");
        }

        var succeeded = new HashSet<int>();
        var failed = new HashSet<int>();
        for (int i = 0; i < 10_000; i++)
        {
            int kind = _random.Next(Kinds);
            string one = s_names[_random.Next(s_names.Length)];
            string other = s_names[_random.Next(s_names.Length)];
            (string channel, string native) = Step(kind, one, other);
            if (channel != native)
                Assert.Fail($"AZALEA_CALLS_SEED={_seed}: call {i} of kind {kind} with {one} and {other}: {channel} through the channel, {native} on Linux");
            (native.StartsWith('E') ? failed : succeeded).Add(kind);
        }

        Assert.Equal(Kinds, succeeded.Count);
        Assert.True(failed.Count >= Kinds - 1, $"only {failed.Count} kinds failed");
    }

    private (string Channel, string Native) Step(int kind, string one, string other)
    {
        (long channel, int native) = _files.Count == 0 ? (4000, -1) : _files[_random.Next(_files.Count)];
        (long second, int secondNative) = _files.Count == 0 ? (4000, -1) : _files[_random.Next(_files.Count)];
        fixed (byte* path = FuseGuest.Texts([one]), otherPath = FuseGuest.Texts([other]))
        {
            switch (kind)
            {
                case 0 or 1:
                    return Open(one, path);
                case 2:
                    if (_files.Count == 0)
                        return ("none", "none");
                    _files.Remove((channel, native));
                    return (Text(_client.Call(OffloadedCall.Close, channel)), Own(Libc.Close(native)));
                case 3:
                    uint kindOfNode = _random.Next(2) == 0 ? FileMode.Pipe : FileMode.Regular;
                    return (Text(_client.Call(OffloadedCall.MkNodAt, Here, one, kindOfNode | 0x180, 0)), Made(259, _root, (long)path, kindOfNode | 0x180, 0));
                case 4:
                    int how = Pick(0, 0, 0x200, 0x100);
                    return (Text(_client.Call(OffloadedCall.UnlinkAt, Here, one, how)), Made(263, _root, (long)path, how));
                case 5:
                    uint exchange = (uint)_random.Next(9);
                    // RENAME_WHITEOUT makes a device, which nobody may here.
                    exchange &= ~4u;
                    return (Text(_client.Call(OffloadedCall.RenameAt2, Here, one, Here, other, exchange)), Made(316, _root, (long)path, _root, (long)otherPath, exchange));
                case 6:
                    int follow = Pick(0, 0x400, 0x800, 0x400 | 0x200);
                    return (Text(_client.Call(OffloadedCall.LinkAt, Here, one, Here, other, follow)), Made(265, _root, (long)path, _root, (long)otherPath, follow));
                case 7:
                    return SetAttribute(one, channel, native);
                case 8:
                    return GetAttribute(one, channel, native);
                case 9:
                    string removed = s_attributes[_random.Next(s_attributes.Length)];
                    return _random.Next(2) == 0
                        ? (Text(_client.Call(OffloadedCall.RemoveXAttr, one, removed)), OnPath(197, one, removed))
                        : (Text(_client.Call(OffloadedCall.FRemoveXAttr, channel, removed)), OnFile(199, native, removed));
                case 10:
                    int mode = _random.Next(4) == 0 ? _random.Next(0x80) : Pick(0, 1, 3, 0x10, 0x11, 8, 0x20);
                    long start = _random.Next(-1, 5) * 4096L + Pick(0, 0, 100), length = _random.Next(0, 4) * 4096L + Pick(0, 0, 77);
                    return (Text(_client.Call(OffloadedCall.FAllocate, channel, mode, start, length)), Made(285, native, mode, start, length));
                case 11:
                    return Times(one);
                case 12:
                    return Lock(channel, native);
                case 13:
                    return SendFile(channel, native, second, secondNative);
                case 14:
                    return Splice(channel, native, second, secondNative);
                case 15:
                    return ExtendedStatus(one, path);
                case 16:
                    int lockKind = Pick(1, 2, 8) | 4;
                    return (Text(_client.Call(OffloadedCall.FLock, channel, lockKind)), Made(73, native, lockKind));
                case 17:
                    byte[] data = new byte[_random.Next(0, 3000)];
                    _random.NextBytes(data);
                    fixed (byte* from = data)
                        return (Text(_client.Call(OffloadedCall.Write, channel, 0, 0, data)), Made(1, native, (long)from, data.Length));
                default:
                    int whence = _random.Next(6), offset = _random.Next(-1, 12_000);
                    return (Text(_client.Call(OffloadedCall.LSeek, channel, offset, whence)), Made(8, native, offset, whence));
            }
        }
    }

    private (string Channel, string Native) Open(string one, byte* path)
    {
        OpenFlags flags = (OpenFlags)(Pick(0, 1, 2, 2) | Pick(0, 0, 0x40, 0x42, 0xC0) | Pick(0, 0, 0x200) | Pick(0, 0x400) | Pick(0, 0, 0, 0x10000) | Pick(0, 0, 0, 0x20000) | Pick(0, 0, 0, 0x200000)) | OpenFlags.NonBlocking;
        var how = new OpenHow { Flags = (ulong)flags, Mode = (flags & OpenFlags.Create) != 0 || _random.Next(20) == 0 ? 0x180u : 0, Resolve = (ulong)Pick(0, 0, 1, 2, 4, 8, 16, 64) };
        byte[] structure = MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref how, 1)).ToArray();
        long opened = _client.Call(OffloadedCall.OpenAt2, Here, one, structure.Length, structure.Length, structure);
        int native = (int)syscall(437, _root, (long)path, (long)&how, structure.Length, 0, 0);
        string error = Own(native);
        if (opened >= 0 && native >= 0)
        {
            _files.Add((opened, native));
            return ("opened", "opened");
        }

        if (opened >= 0)
            _client.Call(OffloadedCall.Close, opened);
        if (native >= 0)
            Libc.Close(native);
        return (opened >= 0 ? "opened" : Text(opened), native >= 0 ? "opened" : error);
    }

    private (string Channel, string Native) SetAttribute(string one, long channel, int native)
    {
        string name = s_attributes[_random.Next(s_attributes.Length)];
        byte[] value = new byte[_random.Next(0, 40)];
        _random.NextBytes(value);
        int flags = Pick(0, 0, 1, 2);
        fixed (byte* text = FuseGuest.Texts([Path.Combine(_native.Root, one)]), key = FuseGuest.Texts([name]), from = value)
        {
            return _random.Next(2) == 0
                ? (Text(_client.Call(OffloadedCall.SetXAttr, one, name, value.Length, value.Length, flags, value)), Made(188, (long)text, (long)key, (long)from, value.Length, flags))
                : (Text(_client.Call(OffloadedCall.FSetXAttr, channel, name, value.Length, value.Length, flags, value)), Made(190, native, (long)key, (long)from, value.Length, flags));
        }
    }

    private (string Channel, string Native) GetAttribute(string one, long channel, int native)
    {
        string name = s_attributes[_random.Next(s_attributes.Length)];
        int room = Pick(0, 10, 100);
        byte* into = stackalloc byte[100];
        byte[] answer;
        long found;
        long got;
        int kind = _random.Next(4);
        fixed (byte* text = FuseGuest.Texts([Path.Combine(_native.Root, one)]), key = FuseGuest.Texts([name]))
        {
            (found, got) = kind switch
            {
                0 => (_client.CallFor(OffloadedCall.GetXAttr, room, out answer, one, name, 0, room), syscall(191, (long)text, (long)key, (long)into, room, 0, 0)),
                1 => (_client.CallFor(OffloadedCall.FGetXAttr, room, out answer, channel, name, 0, room), syscall(193, native, (long)key, (long)into, room, 0, 0)),
                2 => (_client.CallFor(OffloadedCall.ListXAttr, room, out answer, one, 0, room), syscall(194, (long)text, (long)into, room, 0, 0, 0)),
                _ => (_client.CallFor(OffloadedCall.FListXAttr, room, out answer, channel, 0, room), syscall(196, native, (long)into, room, 0, 0, 0)),
            };
        }

        string error = Own(got);
        return (Text(found) + Convert.ToHexString(answer), error + (room == 0 ? "" : Convert.ToHexString(new ReadOnlySpan<byte>(into, (int)Math.Max(0, got)))));
    }

    private (string Channel, string Native) Times(string one)
    {
        long[] times = [_random.Next(2_000_000_000), Pick(0, 5, 999_999_999, 1_000_000_000, (int)Now, (int)Omit), _random.Next(2_000_000_000), Pick(0, 5, -1, 999_999_999, (int)Now, (int)Omit)];
        int flags = Pick(0, 0x100, 0x100, 0x400);
        byte[] data = MemoryMarshal.AsBytes(times.AsSpan()).ToArray();
        fixed (byte* path = FuseGuest.Texts([one]))
        fixed (long* from = times)
        {
            string channel = Text(_client.Call(OffloadedCall.UTimeNsAt, Here, one, 32, flags, data));
            string native = Made(280, _root, (long)path, (long)from, flags);
            if (channel != "0" || native != "0" || (times[1] == Omit && times[3] == Omit))
                return (channel, native);

            // What was set is told; what is the time now is not the same twice.
            Stat status;
            Assert.Equal(0, _client.CallFor(OffloadedCall.NewFStatAt, 144, out byte[] answer, Here, one, 0, flags));
            Assert.Equal(0, Libc.StatAt(_root, path, &status, flags));
            return (Tell(MemoryMarshal.Read<Stat>(answer)), Tell(status));
        }

        string Tell(in Stat status) =>
            (times[1] is Now or Omit ? "" : $"{status.Accessed.Seconds}.{status.Accessed.Nanoseconds} ") + (times[3] is Now or Omit ? "" : $"{status.Modified.Seconds}.{status.Modified.Nanoseconds}");
    }

    private (string Channel, string Native) Lock(long channel, int native)
    {
        // Of open files: those of a process would be all this one's.
        int command = Pick(37, 37, 36);
        var wanted = new RecordLock { Type = (short)_random.Next(4), Whence = (short)_random.Next(3), Start = _random.Next(-1, 50), Length = _random.Next(-10, 30) };
        byte[] structure = MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref wanted, 1)).ToArray();
        long result = _client.CallFor(OffloadedCall.FCntl, command == 36 ? structure.Length : 0, out byte[] answer, channel, command, structure.Length, structure);
        string own = Made(72, native, command, (long)&wanted);
        if (result < 0 || command != 36)
            return (Text(result), own);
        RecordLock found = MemoryMarshal.Read<RecordLock>(answer);
        return ($"{found.Type} {found.Whence} {found.Start} {found.Length}", own == "0" ? $"{wanted.Type} {wanted.Whence} {wanted.Start} {wanted.Length}" : own);
    }

    private (string Channel, string Native) SendFile(long channel, int native, long second, int secondNative)
    {
        long offset = _random.Next(-1, 9000);
        int count = _random.Next(0, 5000);
        bool hasOffset = _random.Next(2) == 0;
        byte[] answer = [];
        long moved = hasOffset
            ? _client.CallFor(OffloadedCall.SendFile, 8, out answer, channel, second, 8, count, BitConverter.GetBytes(offset))
            : _client.Call(OffloadedCall.SendFile, channel, second, -1, count);
        string own = Made(40, native, secondNative, hasOffset ? (long)&offset : 0, count);
        return (Text(moved) + (moved >= 0 && hasOffset ? $" {BitConverter.ToInt64(answer)}" : ""), own + (!own.StartsWith('E') && hasOffset ? $" {offset}" : ""));
    }

    private (string Channel, string Native) Splice(long channel, int native, long second, int secondNative)
    {
        int count = _random.Next(0, 5000), flags = Pick(2, 2, 3, 66);
        return _random.Next(3) == 0
            ? (Text(_client.Call(OffloadedCall.Tee, channel, second, count, flags)), Made(276, native, secondNative, count, flags))
            : (Text(_client.Call(OffloadedCall.Splice, channel, -1, second, -1, count, flags)), Made(275, native, 0, secondNative, 0, count, flags));
    }

    private (string Channel, string Native) ExtendedStatus(string one, byte* path)
    {
        int flags = Pick(0, 0x100, 0x1000, 0x2000, 0x4000, 0x6000, 1);
        uint mask = (uint)Pick(0, 0x7FF, 0xFFF, 0x200, 1, unchecked((int)0x80000000));
        Statx own;
        long result = _client.CallFor(OffloadedCall.StatX, 256, out byte[] answer, Here, one, flags, (long)mask, 0);
        string native = Made(332, _root, (long)path, flags, mask, (long)&own);
        return (Text(result) + (result < 0 ? "" : Tell(MemoryMarshal.Read<Statx>(answer))), native + (native.StartsWith('E') ? "" : Tell(own)));

        // Without what differs between two files of one disk.
        static string Tell(in Statx status) =>
            $" mask {status.Mask:x} mode {status.Mode:x} links {status.Links}" + ((status.Mode & FileMode.KindMask) == FileMode.Directory ? "" : $" size {status.Size}");
    }

    private string OnPath(long number, string one, string name)
    {
        fixed (byte* text = FuseGuest.Texts([Path.Combine(_native.Root, one)]), key = FuseGuest.Texts([name]))
            return Made(number, (long)text, (long)key);
    }

    private static string OnFile(long number, int file, string name)
    {
        fixed (byte* key = FuseGuest.Texts([name]))
            return Made(number, file, (long)key);
    }

    private int Pick(params ReadOnlySpan<int> values) => values[_random.Next(values.Length)];

    private static string Text(long result) => result >= 0 ? $"{result}" : $"{(Errno)(-result)}";

    /// <summary>A result of the C library, right after the call.</summary>
    private static string Own(long result) => result >= 0 ? $"{result}" : $"{Libc.LastError}";

    private static string Made(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) => Own(syscall(number, a, b, c, d, e, f));

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, long a, long b, long c, long d, long e, long f);
}
