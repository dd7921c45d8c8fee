using System.Runtime.Intrinsics.X86;
using AzaleaOS.Diagnostics;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Assembler;

public sealed unsafe class PrimitiveTests : IDisposable
{
    private readonly LoadedObject _kernel = KernelMethods.Load();

    public void Dispose() => _kernel.Dispose();

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(1u, 0u)]
    [InlineData(7u, 0u)]
    [InlineData(0x80000002u, 0u)]
    public void Cpuid_gives_what_the_processor_says(uint leaf, uint subleaf)
    {
        const uint InitialApicId = 0xff00_0000;
        uint* words = stackalloc uint[4];
        ((delegate* unmanaged<uint, uint, uint*, void>)_kernel["azalea_cpuid"])(leaf, subleaf, words);
        (int eax, int ebx, int ecx, int edx) = X86Base.CpuId((int)leaf, (int)subleaf);
        uint hidden = leaf == 1 ? InitialApicId : 0; // the thread may have moved
        Assert.Equal((uint)eax, words[0]);
        Assert.Equal((uint)ebx & ~hidden, words[1] & ~hidden);
        Assert.Equal((uint)ecx, words[2]);
        Assert.Equal((uint)edx, words[3]);
    }

    [Fact]
    public void The_time_stamp_counter_is_read_whole()
    {
        var read = (delegate* unmanaged<ulong>)_kernel["azalea_rdtsc"];
        ulong first = read();
        ulong second = read();
        Assert.True(second > first);
        Assert.True(second - first < uint.MaxValue);
    }

    [Fact]
    public void Flags_are_read()
        => Assert.Equal(0x202ul, ((delegate* unmanaged<ulong>)_kernel["azalea_read_flags"])() & 0x602);

    [Fact]
    public void Vector_state_is_saved_and_loaded()
    {
        byte* areas = stackalloc byte[1024 + 16];
        byte* first = (byte*)(((nuint)areas + 15) & ~(nuint)15);
        byte* second = first + 512;
        const int Mxcsr = 24;
        ((delegate* unmanaged<void*, void>)_kernel["azalea_fxsave"])(first);
        Assert.Equal(0x1f80u, *(uint*)(first + Mxcsr) & ~0x3fu);
        ((delegate* unmanaged<void*, void>)_kernel["azalea_fxrstor"])(first);
        ((delegate* unmanaged<void*, void>)_kernel["azalea_fxsave"])(second);
        Assert.Equal(*(uint*)(first + Mxcsr), *(uint*)(second + Mxcsr));
    }

    [Fact]
    public void Blocks_are_copied_and_pages_cleared_to_their_last_byte_and_no_further()
    {
        Assert.True(Avx.IsSupported);
        const int Bytes = 3 * 4096;
        const int XgetbvTells = 1 << 2;
        int most = (X86Base.CpuId(0xd, 1).Eax & XgetbvTells) != 0 ? 1 : 0;
        byte* memory = stackalloc byte[(2 * Bytes) + 32];
        byte* first = (byte*)(((nuint)memory + 31) & ~(nuint)31);
        Span<byte> to = new(first, Bytes);
        Span<byte> from = new(first + Bytes, Bytes);
        for (int tells = 0; tells <= most; tells++)
        {
            for (int start = 0; start < 64; start += 21)
            {
                to.Fill(0xcc);
                new Random(start).NextBytes(from);
                ((delegate* unmanaged<void*, void*, void*, int, void>)_kernel["azalea_copy_blocks"])(first + 64, first + 64 + 1024, first + Bytes + start, tells);
                Assert.Equal(from.Slice(start, 1024), to.Slice(64, 1024));
                Assert.Equal(-1, to[..64].IndexOfAnyExcept((byte)0xcc));
                Assert.Equal(-1, to[(64 + 1024)..].IndexOfAnyExcept((byte)0xcc));
            }

            to.Fill(0xcc);
            ((delegate* unmanaged<void*, void*, int, void>)_kernel["azalea_clear_pages"])(first, first + 8192, tells);
            Assert.Equal(-1, to[..8192].IndexOfAnyExcept((byte)0));
            Assert.Equal(-1, to[8192..].IndexOfAnyExcept((byte)0xcc));
        }
    }

    [Fact]
    public void A_report_sees_the_registers_as_they_are_behind_the_call()
    {
        using var kernel = new LoadedObject(KernelMethods.With(o =>
        {
            o.Add("registers", a => a.Reserve(sizeof(Registers)), section: ".bss");
            RegisterProbe.AddTo(o, a =>
            {
                a.lea(Iced.Intel.AssemblerRegisters.rdi, Iced.Intel.AssemblerRegisters.__[a["registers"]]);
                a.call(a["azalea_capture_registers"]);
            });
        }));
        var probe = new RegisterProbe(kernel);
        probe.Run();
        var seen = *(Registers*)kernel["registers"];
        ref VisibleState after = ref probe.After;
        Assert.Equal(probe.Before.General[RegisterProbe.Rax], seen.Rax);
        Assert.Equal(after.General[1], seen.Rcx);
        Assert.Equal(after.General[2], seen.Rdx);
        Assert.Equal(after.General[3], seen.Rbx);
        Assert.Equal(after.General[RegisterProbe.Rsp], seen.Rsp);
        Assert.Equal(after.General[5], seen.Rbp);
        Assert.Equal(after.General[6], seen.Rsi);
        Assert.Equal((ulong)kernel["registers"], seen.Rdi);
        Assert.Equal(after.General[8], seen.R8);
        Assert.Equal(after.General[9], seen.R9);
        Assert.Equal(after.General[10], seen.R10);
        Assert.Equal(after.General[11], seen.R11);
        Assert.Equal(after.General[12], seen.R12);
        Assert.Equal(after.General[13], seen.R13);
        Assert.Equal(after.General[14], seen.R14);
        Assert.Equal(after.General[15], seen.R15);
        Assert.Equal((ulong)kernel["probe_return"], seen.Rip);
        Assert.Equal(probe.Before.Flags, seen.Rflags);
    }

    [Property(MaxTest = 500)]
    public void Filling_memory_changes_the_range_and_nothing_else(ushort length, byte start, byte value)
    {
        int count = length % 700;
        byte[] expected = new byte[1200];
        Random.Shared.NextBytes(expected);
        byte[] real = [.. expected];
        expected.AsSpan(start, count).Fill(value);
        fixed (byte* p = real)
            Assert.Equal((nint)(p + start), ((delegate* unmanaged<byte*, int, nuint, nint>)_kernel["memset"])(p + start, value - 256, (nuint)count));
        Assert.Equal(expected, real);
    }

    [Property(MaxTest = 1000)]
    public void Moving_memory_is_right_for_every_length_and_overlap(ushort length, ushort from, ushort to, bool near)
    {
        int count = length % (near ? 80 : 700);
        int source = from % (near ? 100 : 1000);
        int target = to % (near ? 100 : 1000);
        byte[] expected = new byte[1800];
        Random.Shared.NextBytes(expected);
        byte[] real = [.. expected];
        expected.AsSpan(source, count).CopyTo(expected.AsSpan(target));
        fixed (byte* p = real)
            Assert.Equal((nint)(p + target), ((delegate* unmanaged<byte*, byte*, nuint, nint>)_kernel["memmove"])(p + target, p + source, (nuint)count));
        Assert.Equal(expected, real);
    }

    [Fact]
    public void Short_moves_are_right_for_every_length_and_distance()
    {
        var move = (delegate* unmanaged<byte*, byte*, nuint, nint>)_kernel["memcpy"];
        byte* memory = stackalloc byte[160];
        var expected = new byte[160];
        for (int count = 0; count <= 48; count++)
        {
            for (int target = 0; target <= 110; target++)
            {
                for (int i = 0; i < 160; i++)
                    memory[i] = expected[i] = (byte)((i * 7) + count);
                expected.AsSpan(55, count).CopyTo(expected.AsSpan(target));
                move(memory + target, memory + 55, (nuint)count);
                Assert.True(expected.AsSpan().SequenceEqual(new ReadOnlySpan<byte>(memory, 160)), $"{count} bytes from 55 to {target}");
            }
        }
    }
}
