using AzaleaOS.Diagnostics;

namespace AzaleaOS.Memory;

/// <summary>Where the parts of the kernel image are: virtual addresses on page boundaries, ends exclusive.</summary>
internal struct KernelSections
{
    internal ulong TextBegin;
    internal ulong TextEnd;
    internal ulong DataBegin;
    internal ulong DataEnd;
    internal ulong ReadOnlyDataBegin;
    internal ulong ReadOnlyDataEnd;

    /// <summary>As the linker placed them.</summary>
    internal static KernelSections Linked => new()
    {
        TextBegin = KernelImage.TextBegin,
        TextEnd = KernelImage.TextEnd,
        DataBegin = KernelImage.DataBegin,
        DataEnd = KernelImage.DataEnd,
        ReadOnlyDataBegin = KernelImage.ReadOnlyDataBegin,
        ReadOnlyDataEnd = KernelImage.ReadOnlyDataEnd,
    };
}
