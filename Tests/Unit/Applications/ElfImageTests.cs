using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Loader;
using AzaleaOS.Memory;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Applications;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class ElfImageTests : IDisposable
{
    private static readonly byte[] s_busybox = File.Exists("/bin/busybox") ? File.ReadAllBytes("/bin/busybox") : [];
    private readonly HostApplication _host = new();

    public void Dispose() => _host.Dispose();

    public static TheoryData<string> Hostile => [.. s_hostile.Keys];

    private static readonly Dictionary<string, (Action<ElfFile> Spoil, ElfDefect Defect)> s_hostile = new()
    {
        ["no magic"] = (f => f.Header.Identification[0] = 0, ElfDefect.NotElf),
        ["32-bit"] = (f => f.Header.Identification[4] = 1, ElfDefect.ThirtyTwoBit),
        ["unknown class"] = (f => f.Header.Identification[4] = 9, ElfDefect.NotElf),
        ["big-endian"] = (f => f.Header.Identification[5] = 2, ElfDefect.BadByteOrder),
        ["unknown version"] = (f => f.Header.Version = 2, ElfDefect.BadVersion),
        ["foreign machine"] = (f => f.Header.Machine = 183, ElfDefect.ForeignMachine),
        ["object file"] = (f => f.Header.Type = 1, ElfDefect.NotExecutable),
        ["core dump"] = (f => f.Header.Type = 4, ElfDefect.NotExecutable),
        ["odd header size"] = (f => f.Header.ProgramHeaderSize = 55, ElfDefect.BadProgramHeaders),
        ["no headers"] = (f => f.Segments.Clear(), ElfDefect.BadProgramHeaders),
        ["too many headers"] = (f => f.Header.ProgramHeaderCount = 65535, ElfDefect.BadProgramHeaders),
        ["headers outside"] = (f => f.Header.ProgramHeaders = 0x3fe0, ElfDefect.Truncated),
        ["headers wrap"] = (f => f.Header.ProgramHeaders = ulong.MaxValue - 8, ElfDefect.Truncated),
        ["dynamic"] = (f => f.Add(ElfConstants.SegmentInterpreter, 4, 0, 0, 16, 16), ElfDefect.Dynamic),
        ["nothing to load"] = (f => f.Segments.RemoveAll(s => f.Segments.Count > 0 && s.Type == 1 && f.Add(4, 4, 0, 0, 0, 0) != null), ElfDefect.NothingToLoad),
        ["segment outside the file"] = (f => f.Change(1, s => s with { Offset = 0x3000 }), ElfDefect.SegmentOutsideFile),
        ["segment offset wraps"] = (f => f.Change(1, s => s with { Offset = ulong.MaxValue - 0xfff }), ElfDefect.SegmentOutsideFile),
        ["segment larger in the file"] = (f => f.Change(1, s => s with { MemorySize = 0x10 }), ElfDefect.SegmentLargerInFile),
        ["offset differs within the page"] = (f => f.Change(1, s => s with { Offset = 0x1001 }), ElfDefect.BadAlignment),
        ["alignment is no power of two"] = (f => f.Change(1, s => s with { Alignment = 3 }), ElfDefect.BadAlignment),
        ["address wraps"] = (f => f.Change(2, s => s with { VirtualAddress = 0xffff_ffff_ffff_f708 }), ElfDefect.SegmentTooHigh),
        ["size wraps"] = (f => f.Change(2, s => s with { MemorySize = ulong.MaxValue - 0x1000 }), ElfDefect.SegmentTooHigh),
        ["kernel's half"] = (f => f.Change(2, s => s with { VirtualAddress = 0xffff_8000_0000_0708 }), ElfDefect.SegmentTooHigh),
        ["across the border"] = (f => f.Change(2, s => s with { VirtualAddress = 0x7fff_ffff_e708 }), ElfDefect.SegmentTooHigh),
        ["page zero"] = (f => f.Change(0, s => s with { VirtualAddress = 0 }), ElfDefect.SegmentTooLow),
        ["overlap"] = (f => f.Change(2, s => s with { VirtualAddress = 0x401708 }), ElfDefect.SegmentsOverlap),
        ["same segment twice"] = (f => f.Segments.Add(f.Segments[1]), ElfDefect.SegmentsOverlap),
        ["entry outside"] = (f => f.Header.Entry = 0x500000, ElfDefect.BadEntry),
        ["entry in data"] = (f => f.Header.Entry = 0x403710, ElfDefect.BadEntry),
        ["thread storage outside"] = (f => f.Add(ElfConstants.SegmentThreadStorage, 4, 0x2708, 0x900000, 0x20, 0x80), ElfDefect.BadThreadStorage),
        ["thread storage wraps"] = (f => f.Add(ElfConstants.SegmentThreadStorage, 4, 0x2708, 0x403708, ulong.MaxValue, 0x80), ElfDefect.BadThreadStorage),
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_file_is_refused_for_what_is_wrong_with_it(string kind)
    {
        var file = new ElfFile();
        s_hostile[kind].Spoil(file);
        Assert.Equal(s_hostile[kind].Defect, file.Read(out _));
    }

    [Fact]
    public void Every_defect_has_words_of_its_own()
    {
        string[] texts = [.. Enum.GetValues<ElfDefect>().Select(d => System.Text.Encoding.UTF8.GetString(d.Text()))];
        Assert.Equal(texts.Length, texts.Distinct().Count());
    }

    [Fact]
    public void Every_shorter_file_is_refused()
    {
        byte[] bytes = new ElfFile().ToBytes();
        for (int length = 0; length < 0x300; length++)
            Assert.NotEqual(ElfDefect.None, ElfImage.Read(HostApplication.Pin(bytes[..length]), (ulong)length, out _));
    }

    [Property(MaxTest = 500)]
    public void Whatever_is_changed_in_a_file_what_is_accepted_stays_in_file_and_range((ushort Where, byte What)[] changes)
    {
        byte[] bytes = new ElfFile().Add(ElfConstants.SegmentThreadStorage, 4, 0x2708, 0x403708, 0x20, 0x80).ToBytes();
        foreach ((ushort where, byte what) in changes)
            bytes[where % 0x120] = what;
        CheckAccepted(bytes);
    }

    [Property(MaxTest = 300)]
    public void Whatever_is_changed_in_busybox_what_is_accepted_stays_in_file_and_range((ushort Where, byte What)[] changes, ushort cut)
    {
        if (s_busybox.Length == 0)
            return;
        byte[] bytes = s_busybox[..^(cut % 4096)];
        foreach ((ushort where, byte what) in changes)
            bytes[where % (64 + (10 * 56))] = what;
        CheckAccepted(bytes);
    }

    [Fact]
    public void A_position_independent_program_is_loaded_byte_by_byte_with_its_protections()
    {
        var file = new ElfFile(ElfConstants.TypeShared, at: 0);
        Assert.Equal(ElfDefect.None, file.Read(out ElfImage image));
        ulong at = HostApplication.Window + (32 * AddressSpace.PageSize);
        Assert.Equal(0, SegmentLoader.Load(image, HostApplication.Space, at, out LoadedProgram program));

        Assert.Equal(at + 0x1010, program.Entry);
        Assert.Equal(at + 64, program.HeadersAddress);
        Assert.Equal(3, program.HeaderCount);
        Assert.Equal(at + 0x6000, program.End);
        byte[] bytes = file.ToBytes();
        Assert.True(HostApplication.At(at + 0x1000, 0x1234).SequenceEqual(bytes.AsSpan(0x1000, 0x1234)));
        Assert.True(HostApplication.At(at + 0x3708, 0x900).SequenceEqual(bytes.AsSpan(0x2708, 0x900)));
        Assert.True(HostApplication.At(at + 0x3708 + 0x900, 0x2100 - 0x900).IndexOfAnyExcept((byte)0) < 0);
        AssertArea(at, 0x1000, Protection.Read);
        AssertArea(at + 0x1000, 0x2000, Protection.Read | Protection.Execute);
        AssertArea(at + 0x3000, 0x3000, Protection.Read | Protection.Write);
        Assert.True(HostApplication.Space->IsFree(at + 0x6000, 0x1000));
    }

    [Fact]
    public void Segments_that_share_a_page_both_get_their_bytes_and_rights()
    {
        var file = new ElfFile(ElfConstants.TypeShared, at: 0);
        file.Segments.Clear();
        file.Load(ElfConstants.FlagRead | ElfConstants.FlagExecute, 0x1000, 0x1000, 0x1800, 0x1800)
            .Load(ElfConstants.FlagRead | ElfConstants.FlagWrite, 0x2900, 0x2900, 0x100, 0x1000);
        Assert.Equal(ElfDefect.None, file.Read(out ElfImage image));
        ulong at = HostApplication.Window + (32 * AddressSpace.PageSize);
        Assert.Equal(0, SegmentLoader.Load(image, HostApplication.Space, at, out _));

        byte[] bytes = file.ToBytes();
        Assert.True(HostApplication.At(at + 0x1700, 0x100).SequenceEqual(bytes.AsSpan(0x2700, 0x100)));
        Assert.True(HostApplication.At(at + 0x1900, 0x100).SequenceEqual(bytes.AsSpan(0x2900, 0x100)));
        AssertArea(at, 0x1000, Protection.Read | Protection.Execute);
        AssertArea(at + 0x1000, 0x1000, Protection.All);
        AssertArea(at + 0x2000, 0x1000, Protection.Read | Protection.Write);
    }

    [Fact]
    public void A_program_that_does_not_fit_is_an_error_and_no_panic()
    {
        var file = new ElfFile(ElfConstants.TypeShared, at: 0);
        file.Change(2, s => s with { MemorySize = 1UL << 40 });
        Assert.Equal(ElfDefect.None, file.Read(out ElfImage image));
        Assert.Equal(-Errno.ENOMEM, SegmentLoader.Load(image, HostApplication.Space, HostApplication.Window + 0x20000, out _));
        HostApplication.FramesLeft = 2;
        Assert.Equal(ElfDefect.None, new ElfFile(ElfConstants.TypeShared, at: 0).Read(out image));
        Assert.Equal(-Errno.ENOMEM, SegmentLoader.Load(image, HostApplication.Space, HostApplication.Window + 0x40000, out _));
    }

    private static void CheckAccepted(byte[] bytes)
    {
        fixed (byte* file = bytes)
            CheckAccepted(file, bytes.Length);
    }

    private static void CheckAccepted(byte* file, int length)
    {
        if (ElfImage.Read(file, (ulong)length, out ElfImage image) != ElfDefect.None)
            return;
        Assert.True(image.Low < image.High && image.High <= AddressSpace.Highest);
        bool entry = false;
        for (int i = 0; i < image.SegmentCount; i++)
        {
            ElfProgramHeader segment = image[i];
            if (segment.Type != ElfConstants.SegmentLoad || segment.MemorySize == 0)
                continue;
            Assert.True(image.BytesOf(segment) >= file && segment.Offset + segment.FileSize <= (ulong)length);
            Assert.True(segment.VirtualAddress >= image.Low && segment.VirtualAddress + segment.MemorySize <= image.High);
            Assert.True(image.IsPositionIndependent || image.Low >= AddressSpace.Lowest);
            entry |= image.Entry >= segment.VirtualAddress && image.Entry < segment.VirtualAddress + segment.MemorySize;
        }

        Assert.True(entry);
    }

    private static void AssertArea(ulong start, ulong length, Protection protection)
    {
        for (ulong at = start; at < start + length; at += AddressSpace.PageSize)
        {
            Area* area = HostApplication.Space->AreaAtOrAbove(at);
            Assert.True(area->Start <= at);
            Assert.Equal(protection, area->Protection);
        }
    }
}
