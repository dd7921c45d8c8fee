namespace AzaleaOS.Tests.Unit.Pipeline.Samples;

/// <summary>A kernel class that nobody can make without knowing more.</summary>
internal sealed class NeedsAnArgument(int number) : Kernel
{
    internal int Number { get; } = number;
}
