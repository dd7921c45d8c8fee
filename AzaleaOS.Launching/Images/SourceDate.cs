namespace AzaleaOS.Build.Images;

/// <summary>The one moment that all files in images bear, so that two builds of the same input are the same bytes.</summary>
internal static class SourceDate
{
    /// <summary>Seconds since 1970: SOURCE_DATE_EPOCH where it is set, as reproducible-builds.org defines it.</summary>
    internal static long UnixSeconds { get; } =
        long.TryParse(Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH"), out long seconds) && seconds is >= 315532800 and <= uint.MaxValue
            ? seconds
            : 1_700_000_000;

    /// <summary>The moment in UTC.</summary>
    internal static DateTime Utc => DateTimeOffset.FromUnixTimeSeconds(UnixSeconds).UtcDateTime;
}
