using AzaleaOS.Sideloader.Memory;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>Guest memory in a file, as a hypervisor has it: mapped here, and handed to the back end.</summary>
internal sealed unsafe class SharedGuest : IDisposable
{
    internal const ulong Address = 0x4000_0000;
    internal const ulong FrontEndAddress = 0x7ABC_0000_0000;

    private readonly MappedFile _mapping;

    internal SharedGuest(int bytes = 4 << 20)
    {
        Bytes = bytes;
        fixed (byte* name = "guest\0"u8)
            Descriptor = Libc.CreateMemoryFile(name, 1 /* MFD_CLOEXEC */);
        Assert.True(Descriptor >= 0);
        Assert.Equal(0, Libc.Truncate(Descriptor, bytes));
        _mapping = MappedFile.Map(Descriptor, 0, (ulong)bytes);
        Memory = new GuestMemory([new GuestRegion(Address, (ulong)bytes, FrontEndAddress, (nint)_mapping.Start)], [_mapping]);
    }

    internal int Bytes { get; }

    internal int Descriptor { get; }

    internal GuestMemory Memory { get; }

    internal Span<byte> At(ulong address, int length)
    {
        byte* host = Memory.Translate(address, (ulong)length);
        Assert.True(host != null, $"0x{address:x} is outside");
        return new Span<byte>(host, length);
    }

    public void Dispose()
    {
        Memory.Release();
        _mapping.Release();
        Assert.Equal(0, Libc.Close(Descriptor));
    }
}
