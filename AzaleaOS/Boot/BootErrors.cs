namespace AzaleaOS.Boot;

/// <summary>What is printed for a <see cref="BootError"/>. The number in question is <c>BootInfo.Detail</c>.</summary>
internal static class BootErrors
{
    /// <summary>One line without a full stop, meant to be followed by the detail in hexadecimal.</summary>
    internal static ReadOnlySpan<byte> Describe(BootError error) => error switch
    {
        BootError.None => "no error"u8,
        BootError.UnknownProtocol => "entered by an unknown boot protocol: number"u8,
        BootError.InformationOutOfReach => "boot information lies outside readable memory: address"u8,
        BootError.WrongMagic => "boot information has a wrong magic number:"u8,
        BootError.UnsupportedVersion => "boot information has an unsupported version: number"u8,
        BootError.BadInformationSize => "boot information has an impossible size:"u8,
        BootError.TagTooShort => "a multiboot2 tag is too short: address"u8,
        BootError.TagPastEnd => "a multiboot2 tag runs past the end of the boot information: address"u8,
        BootError.NoEndTag => "the multiboot2 tags have no end tag: address"u8,
        BootError.BadChecksum => "the hand-off block has a wrong checksum:"u8,
        BootError.ListPastEnd => "a list of the boot information runs past its end: address or offset"u8,
        BootError.NoMemoryMap => "the boot loader gave no memory map: address"u8,
        BootError.TooManyMemoryRanges => "the memory map has too many ranges: number"u8,
        BootError.MemoryRangeWraps => "a memory range wraps around: address"u8,
        BootError.KernelOutsideMemory => "the memory map has no RAM where the kernel is: address"u8,
        BootError.TooLittleMemory => "too little memory: usable bytes"u8,
        BootError.TooManyModules => "too many boot modules: number"u8,
        BootError.BadModule => "a boot module is empty or ends before it starts: address"u8,
        BootError.ModuleOverlapsKernel => "a boot module overlaps the kernel: address"u8,
        BootError.ModulesOverlap => "two boot modules overlap: address"u8,
        BootError.ModuleOutsideMemory => "a boot module lies outside memory, give the machine more (AZ8003): address"u8,
        BootError.CommandLineTooLong => "the kernel command line is too long or has no end: address"u8,
        BootError.BadNode => "the hand-off block names a NUMA node that it does not have: number"u8,
        BootError.NoCores => "the hand-off block names no cores: number"u8,
        _ => "unknown boot error: number"u8,
    };
}
