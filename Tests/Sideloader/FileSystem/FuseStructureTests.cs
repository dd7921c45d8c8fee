using System.Runtime.CompilerServices;
using AzaleaOS.Sideloader.FileSystem;

namespace AzaleaOS.Tests.Sideloader.FileSystem;

public sealed class FuseStructureTests
{
    // sizeof of <linux/fuse.h> 7.38, as the C compiler gives it.
    [Fact]
    public void Structures_have_the_sizes_that_Linux_gives_them()
    {
        Assert.Equal(40, Unsafe.SizeOf<FuseRequestHeader>());
        Assert.Equal(16, Unsafe.SizeOf<FuseResponseHeader>());
        Assert.Equal(64, Unsafe.SizeOf<FuseInitialized>());
        Assert.Equal(88, Unsafe.SizeOf<FuseAttributes>());
        Assert.Equal(128, Unsafe.SizeOf<FuseEntry>());
        Assert.Equal(104, Unsafe.SizeOf<FuseAttributesResponse>());
        Assert.Equal(88, Unsafe.SizeOf<FuseSetAttributes>());
        Assert.Equal(16, Unsafe.SizeOf<FuseMakeNode>());
        Assert.Equal(8, Unsafe.SizeOf<FuseMakeDirectory>());
        Assert.Equal(16, Unsafe.SizeOf<FuseRename>());
        Assert.Equal(16, Unsafe.SizeOf<FuseCreate>());
        Assert.Equal(40, Unsafe.SizeOf<FuseTransfer>());
        Assert.Equal(16, Unsafe.SizeOf<FuseSynchronize>());
        Assert.Equal(32, Unsafe.SizeOf<FuseAllocate>());
        Assert.Equal(24, Unsafe.SizeOf<FuseSeek>());
        Assert.Equal(56, Unsafe.SizeOf<FuseCopyRange>());
        Assert.Equal(80, Unsafe.SizeOf<FuseFileSystemStatus>());
        Assert.Equal(24, Unsafe.SizeOf<FuseDirectoryEntry>());
        Assert.Equal(16, Unsafe.SizeOf<FuseOpened>());
        Assert.Equal(144, Unsafe.SizeOf<FuseCreated>());
    }
}
