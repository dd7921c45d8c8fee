using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Loader;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>The note by which a linked program says what it needs of the kernel.</summary>
public sealed class CallNoteTests
{
    private const int NoteAt = 0x300;

    // A note of another name stands first, as build identifiers do.
    private static readonly uint[] s_other = [4, 5, 3, 0x00554e47, 0x01020304, 0x00000005];

    [Theory]
    [InlineData(CallTable.Version, CallTable.Slots, nameof(ElfDefect.None))]
    [InlineData(CallTable.Version, 1u, nameof(ElfDefect.None))]
    [InlineData(CallTable.Version + 1, CallTable.Slots, nameof(ElfDefect.ForeignCalls))]
    [InlineData(0u, CallTable.Slots, nameof(ElfDefect.ForeignCalls))]
    [InlineData(CallTable.Version, CallTable.Slots + 1u, nameof(ElfDefect.ForeignCalls))]
    public void A_program_for_another_table_is_refused(uint version, uint slots, string expected)
    {
        Assert.Equal(expected, Noted([.. s_other, .. Note(version, slots)]).Read(out ElfImage image).ToString());
        Assert.Equal(expected == nameof(ElfDefect.None), image.IsLinked);
    }

    [Fact]
    public void A_program_without_the_note_is_not_linked()
    {
        Assert.Equal(ElfDefect.None, new ElfFile().Read(out ElfImage image));
        Assert.False(image.IsLinked);
        Assert.Equal(ElfDefect.None, Noted([.. s_other]).Read(out image));
        Assert.False(image.IsLinked);
    }

    [Property(MaxTest = 1000)]
    public void Whatever_the_notes_are_nothing_behind_them_is_read((byte Where, byte What)[] changes, byte cut)
    {
        uint[] notes = [.. s_other, .. Note(CallTable.Version, CallTable.Slots)];
        byte[] bytes = MemoryMarshal.AsBytes<uint>(notes).ToArray();
        foreach ((byte where, byte what) in changes)
            bytes[where % bytes.Length] = what;
        bytes = bytes[..^(cut % bytes.Length)];
        var file = new ElfFile();
        bytes.CopyTo(file.Contents, file.Contents.Length - bytes.Length);
        file.Add(ElfConstants.SegmentNote, ElfConstants.FlagRead, (ulong)(file.Contents.Length - bytes.Length), 0, (ulong)bytes.Length, (ulong)bytes.Length, 4);
        Assert.True(file.Read(out _) is ElfDefect.None or ElfDefect.ForeignCalls);
    }

    private static uint[] Note(uint version, uint slots)
        => [CallTable.NoteNameSize, CallTable.NoteDescriptorSize, CallTable.NoteType, unchecked((uint)CallTable.NoteName), (uint)(CallTable.NoteName >> 32), version, slots];

    private static ElfFile Noted(uint[] notes)
    {
        var file = new ElfFile();
        MemoryMarshal.AsBytes<uint>(notes).CopyTo(file.Contents.AsSpan(NoteAt));
        return file.Add(ElfConstants.SegmentNote, ElfConstants.FlagRead, NoteAt, 0, (ulong)notes.Length * 4, (ulong)notes.Length * 4, 4);
    }
}
