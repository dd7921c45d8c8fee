namespace AzaleaOS.Sideloader.Offload;

/// <summary>One more directory of the host, at a path of the application's.</summary>
/// <param name="Host">Where it is on the host.</param>
/// <param name="Guest">Where the application sees it: an absolute path without ".", ".." and links, of a directory that the tree has there.</param>
/// <param name="ReadOnly">Whether the application may change nothing in it.</param>
public sealed record MountedDirectory(string Host, string Guest, bool ReadOnly);
