using System.Globalization;

namespace AzaleaOS.Build.Launching;

/// <summary>An amount of guest memory, in bytes; written as QEMU writes it: <c>256M</c>, <c>16G</c>.</summary>
/// <param name="Bytes">A whole number of KiB.</param>
public readonly record struct MemorySize(long Bytes) : IComparable<MemorySize>
{
    private const long KiB = 1024;
    private const long MiB = 1024 * KiB;
    private const long GiB = 1024 * MiB;
    private const long TiB = 1024 * GiB;

    /// <summary>An amount in MiB.</summary>
    public static MemorySize Mebibytes(long count) => new(count * MiB);

    /// <summary>An amount in GiB.</summary>
    public static MemorySize Gibibytes(long count) => new(count * GiB);

    /// <summary>Whole MiB, rounded down.</summary>
    public long InMebibytes => Bytes / MiB;

    /// <summary>Reads <c>N</c> (MiB), <c>NK</c>, <c>NM</c>, <c>NG</c> or <c>NT</c>, with an optional <c>iB</c> or <c>B</c> behind the letter.</summary>
    public static bool TryParse(string? text, out MemorySize size)
    {
        size = default;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        int digits = 0;
        while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
            digits++;
        if (digits == 0 || !long.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            return false;
        long unit = rest[digits..].ToString().ToUpperInvariant() switch
        {
            "K" or "KB" or "KIB" => KiB,
            "" or "M" or "MB" or "MIB" => MiB,
            "G" or "GB" or "GIB" => GiB,
            "T" or "TB" or "TIB" => TiB,
            _ => 0,
        };
        if (unit == 0 || number > long.MaxValue / unit)
            return false;
        size = new MemorySize(number * unit);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(MemorySize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>True if this is less.</summary>
    public static bool operator <(MemorySize left, MemorySize right) => left.Bytes < right.Bytes;

    /// <summary>True if this is more.</summary>
    public static bool operator >(MemorySize left, MemorySize right) => left.Bytes > right.Bytes;

    /// <summary>True if this is not more.</summary>
    public static bool operator <=(MemorySize left, MemorySize right) => left.Bytes <= right.Bytes;

    /// <summary>True if this is not less.</summary>
    public static bool operator >=(MemorySize left, MemorySize right) => left.Bytes >= right.Bytes;

    /// <summary>The shortest form that <see cref="TryParse"/> and QEMU's <c>-m</c> read.</summary>
    public override string ToString()
    {
        (long unit, string letter) = Bytes switch
        {
            > 0 when Bytes % GiB == 0 => (GiB, "G"),
            > 0 when Bytes % MiB == 0 => (MiB, "M"),
            _ => (KiB, "K"),
        };
        return (Bytes / unit).ToString(CultureInfo.InvariantCulture) + letter;
    }
}
