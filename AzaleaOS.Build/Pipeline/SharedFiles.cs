namespace AzaleaOS.Build.Pipeline;

/// <summary>
/// Results that several images have in common, above all the woven class library: made once, copied by
/// the builds that follow, also by those that run at the same time.
/// </summary>
/// <param name="directory">Holds one folder for each key.</param>
public sealed class SharedFiles(string directory)
{
    private const int KeptKeys = 8;

    /// <summary>Puts files into a folder: from the store if it has them, else by making them and storing what was made.</summary>
    /// <param name="key">What the content depends on, as a hash.</param>
    /// <param name="pattern">The files' names, with *.</param>
    /// <param name="destination">The folder, which exists.</param>
    /// <param name="make">Writes the files to the destination.</param>
    public void Provide(string key, string pattern, string destination, Action make)
    {
        Directory.CreateDirectory(directory);
        string folder = Path.Combine(directory, key);
        using FileStream held = Lock();
        if (!Directory.Exists(folder))
        {
            make();
            Store(Directory.GetFiles(destination, pattern), folder);
            return;
        }

        foreach (string file in Directory.GetFiles(folder))
            File.Copy(file, Path.Combine(destination, Path.GetFileName(file)), overwrite: true);

        Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow);
    }

    private void Store(string[] files, string folder)
    {
        // Under another name first: a folder that has its name is whole.
        string partial = folder + ".partial";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);

        Directory.CreateDirectory(partial);
        foreach (string file in files)
            File.Copy(file, Path.Combine(partial, Path.GetFileName(file)));

        Directory.Move(partial, folder);
        foreach (DirectoryInfo old in new DirectoryInfo(directory).GetDirectories().OrderByDescending(other => other.LastWriteTimeUtc).Skip(KeptKeys))
            old.Delete(recursive: true);
    }

    /// <summary>Waits until no other process is at it.</summary>
    private FileStream Lock()
    {
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Directory.Exists(directory))
            {
                Thread.Sleep(50);
            }
        }
    }
}
