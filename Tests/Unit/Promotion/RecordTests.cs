using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Build.Images;
using AzaleaOS.Loader;
using AzaleaOS.Promotion;

namespace AzaleaOS.Tests.Unit.Promotion;

/// <summary>How a boot archive says that a program of it is promoted.</summary>
public sealed unsafe class RecordTests
{
    private const int RecordBytes = 32;
    private const int EndBytes = 16;

    [Fact]
    public void With_the_record_the_original_loads_as_the_promoted_file_does()
    {
        byte[] original = ConnectionTests.Original();
        byte[] promoted = Promoter.Promote(original).File;
        byte[] connected = Connected([.. promoted]);
        WithModule(original, module => module, (view, program) =>
        {
            Assert.Equal(ElfDefect.None, ElfImage.Read(program, (ulong)original.Length, view, out ElfImage image));
            fixed (byte* file = promoted)
            {
                Assert.Equal(ElfDefect.None, ElfImage.Read(file, (ulong)promoted.Length, out ElfImage expected));
                Assert.Equal((expected.SegmentCount, expected.Entry, expected.HeadersAddress, expected.Low, expected.High), (image.SegmentCount, image.Entry, image.HeadersAddress, image.Low, image.High));
                for (int i = 0; i < image.SegmentCount; i++)
                {
                    ElfProgramHeader segment = image[i];
                    Assert.Equal(MemoryMarshal.AsBytes([expected[i]]), MemoryMarshal.AsBytes([segment]));
                    if (segment.Type != ElfConstants.SegmentLoad)
                        continue;
                    byte[] loaded = new ReadOnlySpan<byte>(image.BytesOf(segment), (int)segment.FileSize).ToArray();
                    fixed (byte* start = loaded)
                        image.Promotion.Replace(segment, start);

                    // The file's own header says where the program headers of the promoted file are: that is another one.
                    int skipped = segment.Offset == 0 ? 64 : 0;
                    Assert.Equal(connected.AsSpan((int)segment.Offset, loaded.Length)[skipped..], loaded.AsSpan(skipped));
                }
            }
        });
    }

    [Fact]
    public void The_archive_ends_before_the_record_and_the_module_with_a_page()
    {
        byte[] module = Module(ConnectionTests.Original());
        Assert.Equal(0, module.Length % 4096);
        fixed (byte* bytes = module)
        {
            ulong length = PromotionView.ArchiveLength(bytes, (ulong)module.Length);
            Assert.InRange(length, 1u, (ulong)module.Length - RecordBytes - EndBytes);
            Assert.Equal("TRAILER!!!"u8, module.AsSpan(module.AsSpan().IndexOf("TRAILER!!!"u8), 10));
            Assert.True(module.AsSpan().IndexOf("TRAILER!!!"u8) < (int)length);
            Assert.Equal(0, Record(module) % 4096);
        }
    }

    [Fact]
    public void An_archive_without_a_record_is_whole()
    {
        byte[] module = new byte[4096];
        fixed (byte* bytes = module)
        {
            Assert.Equal(4096ul, PromotionView.ArchiveLength(bytes, 4096));
            Assert.Equal(20ul, PromotionView.ArchiveLength(bytes, 20));
        }
    }

    [Theory]
    [InlineData(8, 0x2fff)] // a file of another length
    [InlineData(16, int.MaxValue)] // more pages than there are
    [InlineData(16, 64)]
    [InlineData(20, 0)] // no headers
    [InlineData(20, 60_000)]
    [InlineData(24, 1 << 20)] // more bytes than there are
    [InlineData(RecordBytes, 1)] // no page
    [InlineData(RecordBytes, 1 << 20)] // a page behind the file
    [InlineData(RecordBytes + 4, 1)]
    [InlineData(RecordBytes + 8, 0x2ffc)] // a mark that reaches behind the file
    [InlineData(RecordBytes + 12, 1)]
    [InlineData(RecordBytes + 16, 0x1234)] // other bytes than the program has
    public void A_record_that_does_not_fit_the_program_is_refused(int offset, int value)
    {
        byte[] original = ConnectionTests.Original();
        WithModule(
            original,
            module =>
            {
                MemoryMarshal.Write(module.AsSpan(Record(module) + offset), value);
                return module;
            },
            (view, program) => Assert.Equal(ElfDefect.BadPromotion, ElfImage.Read(program, (ulong)original.Length, view, out _)));
    }

    [Fact]
    public void No_byte_of_a_record_makes_the_loader_read_outside_of_it()
    {
        byte[] original = ConnectionTests.Original();
        byte[] sound = Module(original);
        var random = new Random(7);
        int record = Record(sound);
        int added = record + (4096 * (1 + (int)MemoryMarshal.Read<PromotionRecord>(sound.AsSpan(record)).Pages));
        for (int i = 0; i < 5_000; i++)
        {
            WithModule(
                original,
                module =>
                {
                    int from = random.Next(2) == 0 ? record : added;
                    int at = random.Next(from, Math.Min(module.Length, from + 1_200));
                    module[at] = (byte)random.Next(256);
                    return module;
                },
                (view, program) =>
                {
                    if (ElfImage.Read(program, (ulong)original.Length, view, out ElfImage image) != ElfDefect.None || !view.IsThere)
                        return;
                    byte* added = view.Added;
                    for (int j = 0; j < image.SegmentCount; j++)
                    {
                        ElfProgramHeader segment = image[j];
                        if (segment.Type != ElfConstants.SegmentLoad || segment.MemorySize == 0)
                            continue;
                        byte* bytes = image.BytesOf(segment);
                        bool inFile = bytes >= program && bytes + segment.FileSize <= program + original.Length;
                        bool inRecord = bytes >= added && bytes + segment.FileSize <= added + view.AddedBytes;
                        Assert.True(inFile || inRecord);
                        byte[] loaded = new byte[segment.FileSize];
                        fixed (byte* start = loaded)
                            image.Promotion.Replace(segment, start);
                    }
                });
        }
    }

    [Fact]
    public void A_table_whose_word_for_the_entry_could_lie_in_two_pages_is_refused()
    {
        byte[] original = ConnectionTests.Original();
        WithModule(
            original,
            module =>
            {
                int record = Record(module);
                PromotionRecord head = MemoryMarshal.Read<PromotionRecord>(module.AsSpan(record));
                Span<ElfProgramHeader> headers = MemoryMarshal.Cast<byte, ElfProgramHeader>(module.AsSpan(record + (4096 * (1 + (int)head.Pages))))[..(int)head.Headers];
                foreach (ref ElfProgramHeader header in headers)
                    header.VirtualAddress += header.Type == PromotionTable.SegmentType ? 4u : 0;
                return module;
            },
            (view, program) => Assert.Equal(ElfDefect.BadPromotion, ElfImage.Read(program, (ulong)original.Length, view, out _)));
    }

    // Where the record begins.
    private static int Record(byte[] module)
        => module.Length - (int)MemoryMarshal.Read<PromotionRecordEnd>(module.AsSpan(module.Length - EndBytes)).Bytes;

    // The promoted file with jumps in its stubs, as the loader writes them.
    private static byte[] Connected(byte[] file)
    {
        ElfProgramHeader[] segments = new ElfHeaderView(file).Segments;
        ElfProgramHeader table = segments.Single(segment => segment.Type == PromotionTable.SegmentType);
        int count = (int)MemoryMarshal.Read<PromotionTable>(file.AsSpan((int)table.Offset)).Count;
        Assert.Equal(2, count);
        for (int i = 0; i < count; i++)
        {
            ulong tail = table.VirtualAddress + MemoryMarshal.Read<uint>(file.AsSpan((int)table.Offset + sizeof(PromotionTable) + (4 * i)));
            ElfProgramHeader segment = segments.Single(segment => segment.Type == ElfConstants.SegmentLoad && tail - segment.VirtualAddress < segment.FileSize);
            Span<byte> bytes = file.AsSpan((int)(segment.Offset + (tail - segment.VirtualAddress)), PromotionTable.TailBytes);
            Assert.Equal([0x0f, 0x05, 0xc3], bytes[..3].ToArray());
            bytes[0] = 0xfa; // cli
            bytes[1] = 0xff; // jmp [rip + ...]
            bytes[2] = 0x25;
            MemoryMarshal.Write(bytes[3..], (int)(table.VirtualAddress - tail) - PromotionTable.TailBytes);
        }

        return file;
    }

    private static byte[] Module(byte[] original)
    {
        var files = new Initramfs();
        files.AddContent("/program", original, 0x1ed);
        files.AddContent("/zzz", new byte[5000]);
        files.Promote("/program", Promoter.Promote(original).Record);
        using var stream = new MemoryStream();
        files.Write(stream);
        return stream.ToArray();
    }

    private static void WithModule(byte[] original, Func<byte[], byte[]> change, PromotedAction action)
    {
        byte[] module = Module(original);
        int program = module.AsSpan().IndexOf(original);
        module = change(module);
        fixed (byte* bytes = module)
        {
            action(PromotionView.In(bytes, (ulong)module.Length), bytes + program);
        }
    }

    private delegate void PromotedAction(PromotionView view, byte* program);
}
