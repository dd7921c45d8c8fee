namespace AzaleaOS.Promotion;

/// <summary>A file that cannot be promoted at all: no static x86-64 program, or broken.</summary>
/// <param name="message">What is wrong, one line without the file's name.</param>
public sealed class PromotionException(string message) : Exception(message);
