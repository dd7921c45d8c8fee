using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Signals;
using AzaleaOS.Tests.Unit.Applications;
using FsCheck;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Signals;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class SignalFrameTests : IDisposable
{
    private const int AreaBytes = 832;
    private const ulong Components = 7;
    private const uint MxcsrMask = 0xffff;
    private readonly SignalHost _host = new();
    private readonly byte* _area = (byte*)NativeMemory.AlignedAlloc(AreaBytes, 64);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_area);
        _host.Dispose();
    }

    [Property]
    public void A_frame_leaves_the_red_zone_alone_and_is_aligned_as_after_a_call(uint offset, NonNegativeInt size)
    {
        ulong stack = 0x7fff_0000_0000UL + offset;
        uint bytes = SignalFrame.VectorBytes(512 + (size.Get % 4096), Components);
        Assert.True(SignalFrame.TryPlace(stack, 0, default, bytes, out ulong frame, out ulong vectors));
        Assert.Equal((0UL, 8UL), (vectors % 64, frame % 16));
        Assert.True(vectors + bytes <= stack - 128);
        Assert.True(frame + (ulong)sizeof(RealTimeSignalFrame) <= vectors);
        Assert.True(stack - frame <= SignalFrame.SizeWith((int)bytes) + 64);
    }

    [Fact]
    public void An_alternate_stack_is_used_from_its_end_once_and_must_hold_the_frame()
    {
        SignalStack stack = new() { Base = 0x10000, Size = 0x4000 };
        uint bytes = SignalFrame.VectorBytes(AreaBytes, Components);
        Assert.True(SignalFrame.TryPlace(0x7fff_0000, SignalActionFlags.OnStack, stack, bytes, out ulong frame, out _));
        Assert.InRange(frame, 0x13000UL, 0x14000UL);
        Assert.True(SignalFrame.TryPlace(0x7fff_0000, 0, stack, bytes, out frame, out _));
        Assert.True(frame > 0x14000);
        Assert.True(SignalFrame.TryPlace(0x12000, SignalActionFlags.OnStack, stack, bytes, out frame, out _));
        Assert.InRange(frame, 0x11000UL, 0x12000UL);
        Assert.False(SignalFrame.TryPlace(0x10100, SignalActionFlags.OnStack, stack, bytes, out _, out _));
        stack.Size = 1024;
        Assert.False(SignalFrame.TryPlace(0x7fff_0000, SignalActionFlags.OnStack, stack, bytes, out _, out _));
        stack = new() { Base = 0x10000, Size = 0x4000, Flags = SignalStackFlags.DisarmAutomatically };
        Assert.True(SignalFrame.TryPlace(0x12000, SignalActionFlags.OnStack, stack, bytes, out frame, out _));
        Assert.InRange(frame, 0x13000UL, 0x14000UL);
    }

    [Property(MaxTest = 50)]
    public void What_a_handler_interrupts_comes_back_whole(int seed)
    {
        Random random = new(seed);
        TrapFrame before = Registers(random);
        TrapFrame frame = before;
        Describe(random);
        byte[] vectorsBefore = new Span<byte>(_area, AreaBytes).ToArray();
        Block();
        SignalHost.Self->Fault = new FaultRecord { Trap = 14, Error = 6, Address = 0x1234 };
        SignalDelivery delivery = Delivery(SignalActionFlags.Information);
        Assert.True(SignalFrame.TryWrite(&frame, &delivery, SignalHost.Self, _area, AreaBytes, Components));

        var written = (RealTimeSignalFrame*)frame.Rsp;
        Assert.Equal((10UL, frame.Rsp + 312, frame.Rsp + 8, 0UL, 0x400000UL), (frame.Rdi, frame.Rsi, frame.Rdx, frame.Rax, frame.Rip));
        Assert.Equal(0x500000UL, written->ReturnAddress);
        Assert.Equal((7UL, SignalSet.Of(34)), (written->Context.Flags, written->Context.Mask));
        Assert.Equal((14UL, 6UL, 0x1234UL), (written->Context.Registers.Trap, written->Context.Registers.Error, written->Context.Registers.Cr2));
        Assert.Equal((10, 42UL), (written->Information.Number, written->Information.Value));
        byte* vectors = (byte*)written->Context.Registers.VectorState;
        Assert.Equal(ExtendedStateDescription.SecondMagic, *(uint*)(vectors + AreaBytes));

        // The handler has returned: its ret took the first word.
        frame.Rsp += 8;
        SignalState.SetBlocked(SignalHost.Self, ulong.MaxValue);
        Assert.True(SignalReturn.TryRead(&frame, SignalHost.Self, out ulong address, out bool canResume));
        Assert.True(canResume);
        Assert.Equal(SignalSet.Of(34), SignalHost.Self->Blocked);
        Assert.True(SignalReturn.TryReadVectors(address, _area, AreaBytes, Components, MxcsrMask));
        Assert.Equal(vectorsBefore, new Span<byte>(_area, AreaBytes).ToArray());
        frame.Vector = before.Vector;
        frame.Error = before.Error;
        Assert.True(new Span<byte>(&before, sizeof(TrapFrame)).SequenceEqual(new Span<byte>(&frame, sizeof(TrapFrame))));
    }

    [Property(MaxTest = 300)]
    public void No_vector_state_that_an_application_writes_can_make_the_processor_fault(int seed)
    {
        Random random = new(seed);
        Describe(random);
        ulong address = HostApplication.Window + (8 * AddressSpace.PageSize);
        new ReadOnlySpan<byte>(_area, AreaBytes).CopyTo(HostApplication.At(address, AreaBytes));
        *(uint*)(address + AreaBytes) = ExtendedStateDescription.SecondMagic;
        int[] places = [24, 25, 26, 27, 464, 468, 472, 473, 480, 481, 512, 513, 519, 520, 527, 528, 535, 536, AreaBytes, 160, 600];
        for (int i = random.Next(4); i >= 0; i--)
            *(byte*)(address + (ulong)places[random.Next(places.Length)]) ^= (byte)(1 << random.Next(8));

        if (!SignalReturn.TryReadVectors(address, _area, AreaBytes, Components, MxcsrMask))
            return;

        // SDM vol. 1, 13.8.1: what XRSTOR faults on.
        Assert.Equal(0u, *(uint*)(_area + 24) & ~MxcsrMask);
        Assert.Equal(0UL, *(ulong*)(_area + 512) & ~Components);
        Assert.Equal((0UL, 0UL), (*(ulong*)(_area + 520), *(ulong*)(_area + 528)));
    }

    [Fact]
    public void A_frame_that_cannot_be_read_or_written_is_refused()
    {
        ulong end = HostApplication.Window + (16 * AddressSpace.PageSize);
        SignalDelivery delivery = Delivery(0);
        Describe(new Random(1));
        foreach (ulong stack in (ulong[])[0, 8, 100, end + 4096, 0x8000_0000_0000_0000, ulong.MaxValue, HostApplication.Window + 200])
        {
            TrapFrame frame = new() { Rsp = stack };
            Assert.False(SignalFrame.TryWrite(&frame, &delivery, SignalHost.Self, _area, AreaBytes, Components));
            Assert.Equal(stack, frame.Rsp);
        }

        TrapFrame unreadable = new() { Rsp = end + 4096 };
        Assert.False(SignalReturn.TryRead(&unreadable, SignalHost.Self, out _, out _));
        Assert.False(SignalReturn.TryReadVectors(end, _area, AreaBytes, Components, MxcsrMask));
        delivery.Action.Flags = 0;
        TrapFrame fine = new() { Rsp = end };
        Assert.False(SignalFrame.TryWrite(&fine, &delivery, SignalHost.Self, _area, AreaBytes, Components));
    }

    [Theory]
    [InlineData(0x7fff_ffff_ffffUL, true)]
    [InlineData(0x8000_0000_0000UL, false)]
    [InlineData(0xffff_7fff_ffff_ffffUL, false)]
    [InlineData(0xffff_8000_0000_0000UL, true)]
    public void An_address_is_canonical_if_its_upper_bits_are_equal(ulong address, bool isCanonical)
        => Assert.Equal(isCanonical, SignalReturn.IsCanonical(address));

    // Error, SA_RESTART; then: repeated with a handler, repeated without one, by which call.
    [Theory]
    [InlineData(Errno.ERESTARTSYS, false, false, 35)]
    [InlineData(Errno.ERESTARTSYS, true, true, 35)]
    [InlineData(Errno.ERESTARTNOHAND, true, false, 35)]
    [InlineData(Errno.ERESTARTNOINTR, false, true, 35)]
    [InlineData(Errno.ERESTART_RESTARTBLOCK, true, false, 219)]
    public void An_interrupted_call_is_made_again_or_fails_with_EINTR(Errno error, bool hasRestart, bool withHandler, ulong call)
    {
        TrapFrame frame = new() { Vector = TrapFrame.SystemCallVector, Error = 35, Rax = (ulong)-error, Rip = 1002 };
        CallRestart.BeforeHandler(&frame, hasRestart ? SignalActionFlags.Restart : 0);
        Assert.Equal(withHandler ? (35UL, 1000UL) : ((ulong)-Errno.EINTR, 1002UL), (frame.Rax, frame.Rip));

        frame = new() { Vector = TrapFrame.SystemCallVector, Error = 35, Rax = (ulong)-error, Rip = 1002 };
        CallRestart.WithoutHandler(&frame);
        Assert.Equal((call, 1000UL), (frame.Rax, frame.Rip));
    }

    [Fact]
    public void What_was_no_system_call_is_not_made_again()
    {
        TrapFrame frame = new() { Vector = 14, Error = 35, Rax = (ulong)-Errno.ERESTARTSYS, Rip = 1002 };
        CallRestart.BeforeHandler(&frame, 0);
        CallRestart.WithoutHandler(&frame);
        Assert.Equal(((ulong)-Errno.ERESTARTSYS, 1002UL), (frame.Rax, frame.Rip));
        frame = new() { Vector = TrapFrame.SystemCallVector, Error = 35, Rax = (ulong)-Errno.EINVAL, Rip = 1002 };
        CallRestart.BeforeHandler(&frame, 0);
        CallRestart.WithoutHandler(&frame);
        Assert.Equal(((ulong)-Errno.EINVAL, 1002UL), (frame.Rax, frame.Rip));
    }

    private static void Block() => SignalHost.Block(SignalHost.Self, 34);

    private static SignalDelivery Delivery(ulong flags) => new()
    {
        Information = new SignalInformation { Number = 10, Code = SignalCode.Queue, Value = 42 },
        Action = new SignalAction { Handler = 0x400000, Restorer = 0x500000, Flags = flags | SignalActionFlags.Restorer },
    };

    private static TrapFrame Registers(Random random)
    {
        TrapFrame frame;
        random.NextBytes(new Span<byte>(&frame, sizeof(TrapFrame)));
        frame.Rsp = HostApplication.Window + (12 * AddressSpace.PageSize) + (ulong)random.Next(4096);
        frame.Rip = (ulong)random.NextInt64(0x7fff_ffff_f000);

        // What a program can change: arithmetic flags, TF, DF, RF, AC; TF, DF and RF are cleared for the handler.
        frame.Rflags = 0x202 | ((ulong)random.NextInt64() & 0x5_0dd5);
        return frame;
    }

    private void Describe(Random random)
    {
        random.NextBytes(new Span<byte>(_area, AreaBytes));
        *(uint*)(_area + 24) = 0x1f80;
        new Span<byte>(_area + 512, 64).Clear();
        *(ulong*)(_area + 512) = Components;
        XmmRegisters xmm;
        random.NextBytes(new Span<byte>(&xmm, sizeof(XmmRegisters)));
        new Span<byte>(_area + ExtendedStateDescription.Offset, sizeof(ExtendedStateDescription)).Clear();
        SignalFrame.DescribeVectors(_area, &xmm, AreaBytes, Components);
        Assert.True(new Span<byte>(&xmm, sizeof(XmmRegisters)).SequenceEqual(new Span<byte>(_area + 160, 256)));
    }
}
