namespace AzaleaOS.Build.Linking;

/// <summary>What a link made.</summary>
/// <param name="Output">The kernel with symbols.</param>
/// <param name="StrippedOutput">The copy for images, or null.</param>
/// <param name="StrippedSize">Its size, in bytes; 0 without one.</param>
/// <param name="Linker">The linker that was run.</param>
public sealed record LinkResult(string Output, string? StrippedOutput, long StrippedSize, string Linker);
