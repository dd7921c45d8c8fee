namespace AzaleaOS.Tests.Unit.Pipeline.Samples;

/// <summary>A kernel class whose base is another one of the same assembly.</summary>
internal sealed class Derived : Good;
