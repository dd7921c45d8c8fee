namespace AzaleaOS.Tests.Unit.Pipeline.Samples;

/// <summary>A kernel class like any image's.</summary>
internal class Good : Kernel;
