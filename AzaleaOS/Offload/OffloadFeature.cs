using System.Diagnostics.CodeAnalysis;

namespace AzaleaOS.Offload;

/// <summary>Whether the image has the offload channel: the MSBuild property AzaleaOffload.</summary>
internal static class OffloadFeature
{
    /// <summary>A constant in a kernel: the compiler leaves out what is behind it if it is false.</summary>
    [FeatureSwitchDefinition("AzaleaOS.Offload")]
    internal static bool IsIncluded => false;
}
