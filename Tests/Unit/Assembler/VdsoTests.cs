using System.Diagnostics;
using System.Runtime.InteropServices;
using AzaleaOS.Build.Elf;
using AzaleaOS.Cpu;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Assembler;

/// <summary>The vDSO is one that C libraries read, and its clocks are right.</summary>
public sealed unsafe class VdsoTests : IDisposable
{
    private const long Second = 1_000_000_000;
    private const int RealTime = 0, Monotonic = 1, ThreadTime = 3;

    private static readonly string[] s_names = ["clock_gettime", "gettimeofday", "time", "clock_getres", "getcpu"];
    private readonly MappedVdso _vdso = new();
    private readonly long* _to = (long*)NativeMemory.AllocZeroed(64);

    public void Dispose()
    {
        _vdso.Dispose();
        NativeMemory.Free(_to);
    }

    public static TheoryData<string> Names => [.. s_names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_function_is_found_by_both_hashes_with_its_version_and_by_its_weak_name(string name)
    {
        VdsoReader reader = new(MappedVdso.Image);
        long address = reader.FindByHash("__vdso_" + name, "LINUX_2.6");
        Assert.Equal(address, reader.FindByGnuHash("__vdso_" + name, "LINUX_2.6"));
        Assert.Equal(address, reader.FindByHash(name, "LINUX_2.6"));
        Assert.Equal(address, reader.FindByGnuHash(name, "LINUX_2.6"));
    }

    [Fact]
    public void The_dynamic_linker_of_this_host_opens_it_and_finds_the_version()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllBytes(path, MappedVdso.Image);
        try
        {
            nint handle = dlopen(path, 2);
            Assert.NotEqual(0, handle);
            foreach (string name in s_names)
                Assert.NotEqual(0, dlvsym(handle, "__vdso_" + name, "LINUX_2.6"));
            Assert.Equal(0, dlvsym(handle, "__vdso_time", "LINUX_2.5"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Readelf_has_nothing_to_complain_of_and_the_unwinder_finds_every_function()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllBytes(path, MappedVdso.Image);
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("readelf", ["-aW", path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string output = process.StandardOutput.ReadToEnd();
            Assert.Equal("", process.StandardError.ReadToEnd());
            Assert.Contains("__vdso_getcpu@@LINUX_2.6", output);
            Assert.DoesNotContain("arning", output);
        }
        finally
        {
            File.Delete(path);
        }

        CallFrameTable frames = CallFrameTable.Read(ElfImage.Of(ElfFile.Parse(MappedVdso.Image, "vdso")));
        foreach (string name in s_names)
        {
            CallFrameRow? row = frames.Find((ulong)new VdsoReader(MappedVdso.Image).FindByHash(name, "LINUX_2.6") + 5);
            Assert.NotNull(row);
            Assert.Equal((CallFrameBase.Rsp, 8, -8), (row.Value.Base, row.Value.BaseOffset, row.Value.ReturnAddress));
        }
    }

    [Property(MaxTest = 2000)]
    public void Any_number_of_nanoseconds_is_divided_into_seconds_and_the_rest(ulong value)
    {
        long time = (long)(value >> 1);
        SetTime(RealTime, time);
        Assert.Equal(0, ClockGetTime(RealTime, _to));
        Assert.Equal((time / Second, time % Second), (_to[0], _to[1]));
        Assert.Equal(0, GetTimeOfDay(_to, _to + 2));
        Assert.Equal((time / Second, time % Second / 1000, 0), (_to[0], _to[1], _to[2]));
        Assert.Equal(time / Second, Time(_to + 3));
        Assert.Equal(time / Second, _to[3]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Second - 1)]
    [InlineData(Second)]
    [InlineData(long.MaxValue)]
    public void The_ends_of_seconds_are_right(long time)
    {
        SetTime(Monotonic, time);
        Assert.Equal(0, ClockGetTime(Monotonic, _to));
        Assert.Equal((time / Second, time % Second), (_to[0], _to[1]));
    }

    [Fact]
    public void A_clock_runs_as_fast_as_its_counter()
    {
        *_vdso.Data = new VdsoData { Ready = 1 << Monotonic, Rate = 1UL << 32, Start = 1000 };
        ulong before = Counter() - 1000;
        ClockGetTime(Monotonic, _to);
        ulong after = Counter() - 1000;
        Assert.InRange((ulong)((_to[0] * Second) + _to[1]), before, after);
    }

    [Fact]
    public void A_counter_behind_the_start_shows_time_0()
    {
        *_vdso.Data = new VdsoData { Ready = 1 << Monotonic, Rate = 1UL << 32, Start = ulong.MaxValue };
        ClockGetTime(Monotonic, _to);
        Assert.Equal((0, 0), (_to[0], _to[1]));
    }

    [Fact]
    public void What_it_does_not_know_it_asks_the_kernel()
    {
        *_vdso.Data = default;
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.Equal(0, ClockGetTime(RealTime, _to));
        Assert.InRange(_to[0], now, now + 5);
        Assert.Equal(0, GetTimeOfDay(_to, null));
        Assert.InRange(_to[0], now, now + 5);
        Assert.InRange(Time(null), now - 1, now + 5);
        Assert.Equal(0, ClockGetTime(ThreadTime, _to));
        Assert.Equal(-22, ClockGetTime(12, _to));
        Assert.Equal(-22, ClockGetTime(int.MaxValue, _to));
        Assert.Equal(0, ClockGetResolution(ThreadTime, _to));
        Assert.Equal(-22, ClockGetResolution(10, null));
    }

    [Fact]
    public void Null_is_no_place_for_a_result()
    {
        SetTime(RealTime, 5 * Second);
        Assert.Equal(0, GetTimeOfDay(null, null));
        Assert.Equal(5, Time(null));
        Assert.Equal(0, ClockGetResolution(RealTime, null));
        Assert.Equal(0, ClockGetResolution(RealTime, _to));
        Assert.Equal((0, 1), (_to[0], _to[1]));
    }

    [Fact]
    public void The_core_and_its_node_come_from_the_block_that_GS_leads_to()
    {
        CoreBlock* block = (CoreBlock*)NativeMemory.AllocZeroed((nuint)sizeof(CoreBlock));
        block->Index = 7;
        block->Node = 3;
        block->ApicId = 99;
        var call = (delegate* unmanaged<int*, int*, int>)_vdso.Find("getcpu");
        int* core = (int*)_to;
        int* node = core + 1;
        using (new GsBase((nint)block))
        {
            Assert.Equal(0, call(core, node));
            Assert.Equal(0, call(null, null));
        }

        NativeMemory.Free(block);
        Assert.Equal((7, 3), (*core, *node));
    }

    [Fact]
    public void A_reader_never_sees_half_a_change()
    {
        SetTime(RealTime, 0);
        bool stop = false;
        var writer = new Thread(() =>
        {
            for (long i = 0; !Volatile.Read(ref stop); i++)
            {
                _vdso.Data->Begin();
                _vdso.Data->Offsets[RealTime] = i * 1_000_001;
                _vdso.Data->Offsets[Monotonic] = i;
                _vdso.Data->End();
            }
        });
        writer.Start();
        long last = 0;
        for (int i = 0; i < 200_000; i++)
        {
            ClockGetTime(RealTime, _to);
            long time = (_to[0] * Second) + _to[1];
            Assert.True(time >= last && time % 1_000_001 == 0, $"{time} after {last}");
            last = time;
        }

        Volatile.Write(ref stop, true);
        writer.Join();
    }

    private void SetTime(int clock, long time)
    {
        *_vdso.Data = new VdsoData { Ready = 1u << clock };
        _vdso.Data->Offsets[clock] = time;
    }

    private int ClockGetTime(int clock, long* to) => ((delegate* unmanaged<int, long*, int>)_vdso.Find("clock_gettime"))(clock, to);

    private int GetTimeOfDay(long* to, long* zone) => ((delegate* unmanaged<long*, long*, int>)_vdso.Find("gettimeofday"))(to, zone);

    private long Time(long* to) => ((delegate* unmanaged<long*, long>)_vdso.Find("time"))(to);

    private int ClockGetResolution(int clock, long* to) => ((delegate* unmanaged<int, long*, int>)_vdso.Find("clock_getres"))(clock, to);

    private ulong Counter()
    {
        // The vDSO is the only reader of the counter here: with rate 1 and start 0, a clock shows it.
        VdsoData saved = *_vdso.Data;
        *_vdso.Data = new VdsoData { Ready = 1 << 4, Rate = 1UL << 32 };
        long* to = stackalloc long[2];
        ClockGetTime(4, to);
        *_vdso.Data = saved;
        return (ulong)((to[0] * Second) + to[1]);
    }

    [DllImport("libc")]
    private static extern nint dlopen(string path, int flags);

    [DllImport("libc")]
    private static extern nint dlvsym(nint handle, string name, string version);
}
