namespace AzaleaOS.Build.Pipeline;

/// <summary>One file of the image's file system.</summary>
/// <param name="Source">The file on this machine.</param>
/// <param name="Target">Its absolute path in the image, with slashes.</param>
public sealed record ImageFile(string Source, string Target);
