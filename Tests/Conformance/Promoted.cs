using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Promotion;

namespace AzaleaOS.Tests.Conformance;

/// <summary>Promotion of the programs that tests run on the kernel: what they do must not change.</summary>
/// <remarks>On more than one core they run promoted, on one as they are. AZALEA_PROMOTION=all or none: all of them, or none.</remarks>
internal static class Promoted
{
    private static readonly ConcurrentDictionary<string, byte[]?> s_records = new();
    private static readonly string? s_wish = Environment.GetEnvironmentVariable("AZALEA_PROMOTION");

    /// <summary>Whether programs are promoted on a machine of which a test says nothing else.</summary>
    internal static bool IsUsual(int cpus) => s_wish == "all" || (s_wish != "none" && cpus > 1);

    /// <summary>How a program is promoted; null if it is no program, or nothing of it is.</summary>
    internal static byte[]? RecordOf(string path) => s_records.GetOrAdd($"{path}\0{File.GetLastWriteTimeUtc(path).Ticks}", _ => Promote(File.ReadAllBytes(path)));

    /// <summary>An archive with the record behind it.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="programOffset">Where the program's bytes begin in it.</param>
    /// <param name="record">How it is promoted.</param>
    internal static byte[] Append(byte[] archive, long programOffset, byte[] record)
    {
        // At the beginning of a page, as the tools have it.
        byte[] placed = [.. record];
        MemoryMarshal.AsRef<PromotionRecord>(placed.AsSpan()).ProgramOffset = (ulong)programOffset;
        var end = new PromotionRecordEnd { Bytes = (ulong)(record.Length + Marshal.SizeOf<PromotionRecordEnd>()), Magic = PromotionRecordEnd.MagicNumber };
        byte[] padding = new byte[(int)(-archive.Length & ((int)PromotionRecord.Alignment - 1))];
        return [.. archive, .. padding, .. placed, .. MemoryMarshal.AsBytes(new ReadOnlySpan<PromotionRecordEnd>(in end))];
    }

    private static byte[]? Promote(byte[] file)
    {
        try
        {
            return Promoter.Promote(file).Record;
        }
        catch (PromotionException)
        {
            return null; // no static program
        }
    }
}
