using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Loader;
using AzaleaOS.Promotion;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Promotion;

/// <summary>The kernel's loader and the stubs.</summary>
public sealed unsafe class ConnectionTests
{
    [Fact]
    public void The_loader_leads_every_stub_to_the_kernel()
    {
        const ulong Entry = 0xffff_ffff_8012_3450;
        byte[] file = Promoted();
        byte* memory = (byte*)NativeMemory.AlignedAlloc(0x20000, 0x1000);
        try
        {
            ElfProgramHeader[] segments = new ElfHeaderView(file).Segments;
            ElfProgramHeader table = segments.Single(segment => segment.Type == PromotionTable.SegmentType);
            ulong low = segments.Where(segment => segment.Type == ElfConstants.SegmentLoad).Skip(3).Min(segment => segment.VirtualAddress);
            foreach (ElfProgramHeader segment in segments.Where(segment => segment.Type == ElfConstants.SegmentLoad).Skip(3))
                file.AsSpan((int)segment.Offset, (int)segment.FileSize).CopyTo(new Span<byte>(memory + (segment.VirtualAddress - low), (int)segment.FileSize));
            PromotionTable* loaded = (PromotionTable*)(memory + (table.VirtualAddress - low));
            Loader.Promotion.Connect(loaded, Entry);

            Assert.Equal((Entry, 2u), (loaded->Entry, loaded->Count));
            for (int i = 0; i < 2; i++)
            {
                byte* tail = (byte*)loaded + ((uint*)(loaded + 1))[i];
                Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(new ReadOnlySpan<byte>(tail, PromotionTable.TailBytes).ToArray()), (ulong)tail, DecoderOptions.None);
                Assert.Equal(Code.Cli, decoder.Decode().Code);
                Instruction jump = decoder.Decode();
                Assert.Equal((Code.Jmp_rm64, (ulong)&loaded->Entry), (jump.Code, jump.IPRelativeMemoryAddress));
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [Theory]
    [InlineData(8, 3)] // more stubs than there are
    [InlineData(8, -1)]
    [InlineData(16, 0)] // a stub that is the table itself
    [InlineData(16, 1 << 30)]
    [InlineData(20, 0x1003)]
    public void A_table_that_makes_no_sense_is_refused(int offset, int value)
    {
        byte[] file = Promoted();
        fixed (byte* sound = file)
            Assert.Equal(ElfDefect.None, ElfImage.Read(sound, (ulong)file.Length, out _));
        ElfProgramHeader table = new ElfHeaderView(file).Segments.Single(segment => segment.Type == PromotionTable.SegmentType);
        MemoryMarshal.Write(file.AsSpan((int)table.Offset + offset), value);
        fixed (byte* broken = file)
            Assert.Equal(ElfDefect.BadPromotion, ElfImage.Read(broken, (ulong)file.Length, out _));
    }

    private static byte[] Promoted() => Promoter.Promote(Original()).File;

    internal static byte[] Original() => TestProgram.Create(a =>
    {
        a.mov(eax, 39);
        a.syscall();
        a.mov(eax, 102);
        a.syscall();
        a.ret();
    });
}
