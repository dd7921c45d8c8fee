namespace AzaleaOS.Sideloader.Offload;

/// <summary>The directories of the application's root that are the unikernel's own, whatever the tree has there.</summary>
internal static class KernelPlaces
{
    /// <summary>Whether a name in the root is one.</summary>
    internal static bool Is(ReadOnlySpan<byte> name) => name.SequenceEqual("proc"u8) || name.SequenceEqual("sys"u8) || name.SequenceEqual("dev"u8);

    /// <summary>Whether a path is in one of them, if no symbolic link is on its way.</summary>
    /// <param name="path">From the root, with or without a slash at the beginning.</param>
    internal static bool Contains(ReadOnlySpan<byte> path)
    {
        bool isPlace = false;
        for (int depth = 0; Next(ref path) is { IsEmpty: false } name; depth = DepthBehind(name, depth))
        {
            if (depth == 0)
                isPlace = Is(name);
            else if (depth == 1 && name.SequenceEqual(".."u8))
                isPlace = false;
        }

        return isPlace;
    }

    /// <summary>How far a path that begins with a place stays in it.</summary>
    /// <param name="path">From the root, the place's name first.</param>
    /// <returns>Bytes up to the ".." that leads out, with that; -1 if none does.</returns>
    internal static int WayOut(ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> rest = path;
        int depth = 0;
        while (Next(ref rest) is { IsEmpty: false } name)
        {
            depth = DepthBehind(name, depth);
            if (depth == 0)
                return path.Length - rest.Length;
        }

        return -1;
    }

    private static int DepthBehind(ReadOnlySpan<byte> name, int depth) =>
        name.SequenceEqual("."u8) ? depth : name.SequenceEqual(".."u8) ? Math.Max(0, depth - 1) : depth + 1;

    /// <summary>Takes a name off the path; empty at its end.</summary>
    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> path)
    {
        path = path.TrimStart((byte)'/');
        int end = path.IndexOf((byte)'/');
        ReadOnlySpan<byte> name = end < 0 ? path : path[..end];
        path = path[name.Length..];
        return name;
    }
}
