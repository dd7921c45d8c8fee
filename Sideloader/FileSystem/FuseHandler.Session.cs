using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.FileSystem;

// Mounting, unmounting, and the file system as a whole.
internal sealed unsafe partial class FuseHandler
{
    private const uint Major = 7;
    private const uint Minor = 38;

    /// <summary>1 MiB: what Linux asks for at most, and fewer buffers than a chain may have.</summary>
    private const int MaxPages = 256;
    private const int PageBytes = 4096;

    private const FuseFeatures Offered = FuseFeatures.AsynchronousRead | FuseFeatures.TruncateAtOpen | FuseFeatures.BigWrites
        | FuseFeatures.InvalidateChanged | FuseFeatures.ReadDirectoryPlus | FuseFeatures.ReadDirectoryPlusAuto
        | FuseFeatures.AsynchronousDirect | FuseFeatures.ParallelDirectories | FuseFeatures.MaxPages;

    private int Initialize(DescriptorChain chain)
    {
        if (!TryParse(out FuseInitialize request))
            return -(int)Errno.EINVAL;
        if (request.Major < Major)
            return -(int)Errno.EPROTO;

        // A newer major version asks once more, with ours.
        bool agreed = request.Major == Major;
        // A guest that was reset did not say goodbye.
        tree.Forget();
        return Answer(chain, new FuseInitialized
        {
            Major = Major,
            Minor = Minor,
            MaxReadAhead = agreed ? request.MaxReadAhead : 0,
            Features = agreed ? request.Features & Offered : 0,
            MaxWrite = MaxPages * PageBytes,
            MaxPages = MaxPages,
            TimeGranularity = 1,
        });
    }

    private int Destroy()
    {
        tree.Forget();
        return 0;
    }

    private void Forget(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (header.Operation == FuseOperation.Forget)
        {
            if (chain.TryRead(FuseRequestHeader.Bytes, out FuseForget forget))
                tree.Nodes.Forget(header.Node, forget.Lookups);
            return;
        }

        if (!chain.TryRead(FuseRequestHeader.Bytes, out FuseForgetMany many))
            return;
        long offset = FuseRequestHeader.Bytes + FuseForgetMany.Bytes;
        for (uint i = 0; i < many.Count && chain.TryRead(offset, out FuseForgetOne one); i++, offset += FuseForgetOne.Bytes)
            tree.Nodes.Forget(one.Node, one.Lookups);
    }

    private int StatFileSystem(DescriptorChain chain, in FuseRequestHeader header)
    {
        using DescriptorTable.Use node = tree.Borrow(header.Node);
        if (!node.Exists)
            return -(int)Errno.ESTALE;

        FileSystemStatus status;
        if (Libc.StatFileSystem(node.Descriptor, &status) < 0)
            return FileTree.Error;

        return Answer(chain, new FuseFileSystemStatus
        {
            Blocks = status.Blocks,
            FreeBlocks = status.FreeBlocks,
            AvailableBlocks = status.AvailableBlocks,
            Files = status.Files,
            FreeFiles = status.FreeFiles,
            BlockSize = (uint)status.BlockSize,
            NameLength = (uint)status.NameLength,
            FragmentSize = (uint)status.FragmentSize,
        });
    }

    private int SynchronizeFileSystem()
    {
        using DescriptorTable.Use root = tree.Borrow(FileTree.RootNode);
        int descriptor = tree.OpenFile(root.Descriptor, OpenFlags.Directory, Abi.Linux.FileMode.Directory);
        if (descriptor < 0)
            return descriptor;

        int result = Libc.SynchronizeFileSystem(descriptor) < 0 ? FileTree.Error : 0;
        _ = Libc.Close(descriptor);
        return result;
    }
}
