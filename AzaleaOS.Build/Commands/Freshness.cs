namespace AzaleaOS.Build.Commands;

/// <summary>Compares dates of files, to leave out a build that would find nothing to do.</summary>
internal static class Freshness
{
    /// <summary>True if a file is newer than all files and folders below some paths; results of builds there do not count.</summary>
    internal static bool IsNewer(string file, IEnumerable<string> paths)
    {
        DateTime date = File.GetLastWriteTimeUtc(file);
        return paths.All(path => !File.Exists(path) && !Directory.Exists(path) || IsOlder(path, date));
    }

    private static bool IsOlder(string path, DateTime date)
    {
        if (File.Exists(path))
            return File.GetLastWriteTimeUtc(path) <= date;
        foreach (string child in Directory.EnumerateFileSystemEntries(path))
        {
            if (Path.GetFileName(child) is not ("bin" or "obj") && !IsOlder(child, date))
                return false;
        }

        // A folder's date tells of files that went away. Making bin and obj changes it once, before the first result.
        return Directory.GetLastWriteTimeUtc(path) <= date;
    }
}
