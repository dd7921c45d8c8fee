using System.Collections.Concurrent;
using AzaleaOS.Promotion;

namespace AzaleaOS.Tests.Conformance;

/// <summary>Promoted programs for the kernel: what they do must not change. With AZALEA_PROMOTION=all all are promoted that a test runs.</summary>
internal static class Promoted
{
    private static readonly ConcurrentDictionary<string, byte[]> s_programs = new();

    /// <summary>True if all programs are promoted.</summary>
    internal static bool All { get; } = Environment.GetEnvironmentVariable("AZALEA_PROMOTION") == "all";

    /// <summary>The bytes of a file; a program's promoted.</summary>
    internal static byte[] Read(string path) => s_programs.GetOrAdd($"{path}\0{File.GetLastWriteTimeUtc(path).Ticks}", _ => Promote(File.ReadAllBytes(path)));

    private static byte[] Promote(byte[] file)
    {
        try
        {
            return Promoter.Promote(file).File;
        }
        catch (PromotionException)
        {
            return file; // no static program
        }
    }
}
