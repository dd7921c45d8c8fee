using FsCheck;
using FsCheck.Fluent;
using static AzaleaOS.Tests.Conformance.Differential.Arguments;

namespace AzaleaOS.Tests.Conformance.Differential.Themes;

/// <summary>The address space.</summary>
internal static class MemoryTheme
{
    private const long Shared = 1, Private = 2, SharedValidate = 3, Fixed = 0x10, Anonymous = 0x20, Locked = 0x2000, NoReserve = 0x4000, Populate = 0x8000, NonBlock = 0x10000, Stack = 0x20000, FixedNoReplace = 0x100000;

    private static readonly Gen<Argument> s_protection = Gen.Frequency((12, Of(0, 1, 3, 3, 3, 5, 7, 2, 4)), (1, Of(8, 16, 0x1000000, 0x2000000, -1)));
    private static readonly Gen<Argument> s_noDescriptor = Of(-1, -1, -1, 0, 99);

    private static readonly Syscall s_mapArena = new("mmap", 9, Of(0).Select(_ => new Argument(new Place(0x100000))), Of(0x4000, 0x6000), Of(3), Of(Private | Anonymous | Fixed), Of(-1), Of(0)) { Comparison = 'm' };

    // MADV_FREE: what is in the pages until they are written again is nobody's promise, so that they are emptied afterwards.
    private static readonly Syscall s_free = new Syscall("madvise", 28, Address.Select(address => address with { After = ["e"] }), SafeLength, Of(8)) { Weight = 5 };

    internal static Theme Theme { get; } = new("memory",
    [
        new Syscall("mmap", 9, Address, Length, s_protection, FlagsOn(Fixed | Anonymous, Private, Shared, NoReserve, Populate, Stack, Locked, FixedNoReplace), s_noDescriptor, Of(0, 0, 0, 0x1000, 1)) { Comparison = 'm' },
        new Syscall("mmap", 9, Address, Length, s_protection, Of(Private | Anonymous | Fixed, Shared | Anonymous | Fixed, Private | Anonymous | FixedNoReplace, Private | Anonymous | Fixed | NoReserve), Of(-1), Of(0)) { Comparison = 'm' }.Often,
        new Syscall("mmap", 9, Of(0), Length, s_protection, FlagsOn(Anonymous, Private, Shared, NoReserve, Populate, NonBlock, Stack, SharedValidate), Of(-1), Of(0)) { Comparison = 'm' },
        new Syscall("mmap", 9, Of(0), Of(0x8000), Of(0, 1, 3, 3), Of(Private | Anonymous, Shared | Anonymous, Private | Anonymous | NoReserve), Of(-1), Of(0)) { Comparison = 'm', Makes = Product.Mapping },
        new Syscall("mprotect", 10, Address, Length, s_protection).Often,
        new Syscall("munmap", 11, Address, Length).Often,
        new Syscall("mremap", 25, Address, Length, Length, Flags(1, 2, 4), Address) { Comparison = 'm' },
        new Syscall("mremap", 25, Address, Length, Length, Of(1, 3, 5), Address) { Comparison = 'm' },
        new Syscall("madvise", 28, Address, SafeLength, Around(0, 1, 2, 3, 4, 4, 4, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 100)).Often,
        s_free,
        new Syscall("msync", 26, Address, Length, Flags(1, 2, 4)),
        new Syscall("mincore", 27, Address, Length, Out(('z', 0, 16))),
        new Syscall("mlock", 149, Address, Length),
        new Syscall("munlock", 150, Address, Length),
        new Syscall("mlock2", 325, Address, Length, Flags(1)),
        new Syscall("mlockall", 151, Flags(1, 2, 4)).Seldom,
        new Syscall("munlockall", 152).Seldom,
        new Syscall("brk", 12, Gen.Elements(0L, 1, 0x1000, 0x1800, 0x5000, 0x20000).Select(plus => new Argument(new Special('B', plus)))) { Comparison = 'h' },
        new Syscall("brk", 12, Of(0, -1, 0x1000)) { Comparison = 'h' },
        new Syscall("membarrier", 324, Around(0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512), Of(0, 0, 1, 2), Of(0)).Seldom,
        new Syscall("remap_file_pages", 216, Address, Length, Of(0, 1), Of(0, 1), Of(0)).Seldom,
        new Syscall("mbind", 237, Address, Length, Of(0, 1, 2, 3, 4), In(Of(0, 1, 2, 3)), Of(0, 1, 2, 64, 65), Flags(1, 2)).Seldom,
        new Syscall("get_mempolicy", 239, OutOrNull(), OutOrNull(), Of(0, 64, 1024), Address, Flags(1, 2, 4)).Seldom,
        new Syscall("set_mempolicy", 238, Around(0, 1, 2, 3, 4, 5), OrNull(In(Of(0, 1, 2))), Of(0, 1, 2, 64)).Seldom,
        new Syscall("process_vm_readv", 310, Own('P'), In(Address, Of(16, 0x1000)), Of(1, 0), In(Address, Of(16, 0x1000)), Of(1, 0), Of(0, 1)).Seldom,
        new Syscall("process_madvise", 440, Of(-1), In(Address, Length), Of(1), Of(4), Of(0)).Seldom,
        new Syscall("pkey_alloc", 330, Of(0, 1), Of(0, 1, 3, 4)).Seldom,
        new Syscall("pkey_free", 331, Of(0, 1, 15, 16)).Seldom,
        new Syscall("pkey_mprotect", 329, Address, Length, s_protection, Of(-1, 0, 1, 16)).Seldom,
    ])
    {
        Prelude = [s_mapArena],
        EndsWithPages = true,
        Others =
        [
            (20, Differential.Theme.Pages),
            (40, from address in Address from length in Of(1, 0x1000, 0x2000, 0x1800) from filling in Gen.Choose(0, 255) select new ScriptStep(0, "f", null, [address.Word, length.Word, new Number(filling)], [], [])),
        ],
    };

    /// <summary>Memory of files.</summary>
    internal static Theme OfFiles { get; } = new("memory of files",
    [
        new Syscall("open", 2, Of(0).Select(_ => new Argument(new Text("f"))), Of(0, 2, 2, 1, 0x402), Of(0)) { Makes = Product.Descriptor },
        new Syscall("open", 2, Of(0).Select(_ => new Argument(new Text("/dev/zero"))), Of(2), Of(0)) { Makes = Product.ZeroDevice }.Seldom,
        new Syscall("mmap", 9, Address, Length, s_protection, FlagsOn(Fixed, Private, Shared, NoReserve, Populate, SharedValidate), Made(Product.ZeroDevice), Of(0, 0, 1, -0x1000)) { Comparison = 'm' }.Seldom,
        new Syscall("read", 0, Made(Product.ZeroDevice), Address, Of(10, 0x1000, 0x2000)).Seldom,
        new Syscall("mmap", 9, Address, Length, s_protection, FlagsOn(Fixed, Private, Shared, NoReserve, Populate, SharedValidate), Descriptor, Of(0, 0x1000, 0x2000, 0x3000, 0x10000, 1, -0x1000)) { Comparison = 'm' },
        new Syscall("mmap", 9, Address, Length, Of(1, 3), Of(Fixed | Private, Fixed | Shared), Descriptor, Of(0, 0x1000)) { Comparison = 'm' }.Often,
        new Syscall("mprotect", 10, Address, Length, s_protection),
        new Syscall("munmap", 11, Address, Length),
        new Syscall("mremap", 25, Address, Length, Length, Of(0, 1, 3), Address) { Comparison = 'm' },
        new Syscall("madvise", 28, Address, SafeLength, Of(4, 4, 9, 3)),
        s_free,
        new Syscall("msync", 26, Address, Length, Of(1, 2, 4)),
        new Syscall("ftruncate", 77, Descriptor, Of(0, 100, 4096, 4097, 8192, 10000, 20000)),
        new Syscall("pwrite64", 18, Descriptor, Data, SmallSize, Position),
        new Syscall("pread64", 17, Descriptor, Data, SmallSize, Position),
        new Syscall("write", 1, Descriptor, Address, Of(10, 0x1000, 0x2000)),
        new Syscall("read", 0, Descriptor, Address, Of(10, 0x1000, 0x2000)),
        new Syscall("close", 3, Descriptor).Seldom,
        new Syscall("memfd_create", 319, Of(0).Select(_ => new Argument(new Text("name"))), Flags(1, 2)) { Makes = Product.Descriptor },
        new Syscall("fcntl", 72, Descriptor, Of(1033, 1034), Of(1, 2, 4, 8, 16)).Seldom,
    ])
    {
        Prelude = [new("open", 2, Of(0).Select(_ => new Argument(new Text("f"))), Of(2), Of(0)) { Makes = Product.Descriptor }, s_mapArena],
        EndsWithPages = true,
        Others = Theme.Others,
    };
}
