using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace AzaleaOS.Tests.Conformance;

/// <summary>A text in the forms that busybox unpacks.</summary>
internal static class CompressedSamples
{
    private static readonly DateTimeOffset s_modified = new(2024, 2, 29, 12, 34, 56, TimeSpan.Zero);

    // "100 green bottles hanging on the wall\n" down to 1, by the tools named: .NET has no bzip2, xz and lzma.
    private const string Bzip2 =
        "QlpoOTFBWSZTWYFcJdQAAWlZgAAQQAB/4DLlnIAwAUaQDSgaP/VKo/VDRkwUAA0DJkBSqqeUeT/1VR/qkHpB+qfslSV/SVJWMTTnpfx85zyagMDYDgNwbg4DYDA1Acm" +
        "gDe2bbbbbf0i9EXCL0Rc5znOc5nOk+7u7u7vqSgAlRoAdSoagOZUGwGJUDcHEqA4DeVNttvG27ptttvO3ZOiL9kXoi+RF/iL8EXwRfoRfQRdEXwRfMi7EX8IvBF0RdE" +
        "Xci8kXRF7EXgi7kXki8kXYi/4u5IpwoSECuEuo";

    private const string Xz =
        "/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4A5rAMZdABiMLEBrP0qtDpVUWzh7avu5LZAx268oJd4M5+R6PanzuROW0i1CjHZ6aNf8Wg9uKQ8i8p01EVS//Me8z39W8ga" +
        "8Mpo1VaXiKxsv/Tv7cLfkzEhsXOYQesXAxtbwBBcRzHtZkZoVSHWZnRwkL5MO2lZGlSdGd5RXp9BJP6JXyiNusQjeExtshlIKpzuNWk/y9wtVfwg8jQgcSA5Nqaf/N+" +
        "LIpWCF7qX1uJmLWtODQ+z725GxbiMjhKQhkTD80yTjZ2BVVpeJLAAAAJwJ8VYAAd4B7BwAAKYklF8+MA2LAgAAAAABWVo=";

    private const string Lzma =
        "XQAAgAD//////////wAYjCxAaz9KrQ6VVFs4e2r7uS2QMduvKCXeDOfkej2p87kTltItQox2emjX/FoPbikPIvKdNRFUv/zHvM9/VvIGvDKaNVWl4isbL/07+3C35Mx" +
        "IbFzmEHrFwMbW8AQXEcx7WZGaFUh1mZ0cJC+TDtpWRpUnRneUV6fQST+iV8ojbrEI3hMbbIZSCqc7jVpP8vcLVX8IPI0IHEgOTamn/zfiyKVghe6l9biZi1rTg0Ps+9" +
        "uRsW4jI4SkIZEw/NMk42dgVVrhxvf//nKe1g==";

    private static readonly byte[] s_text =
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 100).Select(i => $"{100 - i} green bottles hanging on the wall\n")));

    /// <summary>The files by name.</summary>
    internal static IEnumerable<(string Name, byte[] Content)> All()
    {
        yield return ("bottles.bz2", Convert.FromBase64String(Bzip2));
        yield return ("bottles.xz", Convert.FromBase64String(Xz));
        yield return ("bottles.lzma", Convert.FromBase64String(Lzma));
        yield return ("bottles.gz", Written(to =>
        {
            using var gzip = new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true);
            gzip.Write(s_text);
        }));
        yield return ("bottles.zip", Written(to =>
        {
            using var zip = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true);
            foreach (string name in (string[])["bottles.txt", "folder/again.txt"])
            {
                ZipArchiveEntry entry = zip.CreateEntry(name);
                entry.LastWriteTime = s_modified;
                using Stream content = entry.Open();
                content.Write(s_text);
            }
        }));
        yield return ("bottles.tar", Written(to =>
        {
            using var tar = new TarWriter(to, TarEntryFormat.Ustar, leaveOpen: true);
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "folder") { ModificationTime = s_modified, Mode = (UnixFileMode)0x1ed });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "folder/bottles.txt") { ModificationTime = s_modified, DataStream = new MemoryStream(s_text) });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "folder/link") { ModificationTime = s_modified, LinkName = "bottles.txt" });
        }));
    }

    private static byte[] Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}
