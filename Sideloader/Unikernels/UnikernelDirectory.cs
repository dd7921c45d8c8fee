using System.Text.Json;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>The directory of one unikernel: its record, sockets, log and counters.</summary>
internal sealed class UnikernelDirectory(string path)
{
    /// <summary>sun_path with its zero. Source: unix(7).</summary>
    private const int MostSocketPath = 107;

    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    internal string Location { get; } = path;

    internal string Id => Path.GetFileName(Location);

    /// <summary>Where QEMU meets the daemon.</summary>
    internal string OffloadSocket => Path.Combine(Location, "offload.sock");

    /// <summary>Where the daemon and other commands meet the supervisor.</summary>
    internal string ControlSocket => Path.Combine(Location, "control.sock");

    /// <summary>Where a monitoring system asks for counters, by HTTP.</summary>
    internal string MetricsSocket => Path.Combine(Location, "metrics.sock");

    /// <summary>What a unikernel in the background writes.</summary>
    internal string LogFile => Path.Combine(Location, "output.log");

    /// <summary>The daemon's counters and trace.</summary>
    internal string StatisticsFile => Path.Combine(Location, "statistics");

    /// <summary>The boot module.</summary>
    internal string BootFiles => Path.Combine(Location, "files.cpio");

    private string RecordFile => Path.Combine(Location, "record.json");

    internal bool HasRecord => File.Exists(RecordFile);

    /// <summary>The record; one that says that it runs while its supervisor does not is <see cref="UnikernelState.Lost"/>.</summary>
    /// <exception cref="CommandException">There is none any more, or it cannot be read.</exception>
    internal UnikernelRecord Read()
    {
        try
        {
            UnikernelRecord record = JsonSerializer.Deserialize(File.ReadAllBytes(RecordFile), SideloaderJson.Default.UnikernelRecord)!;
            return record.IsActive && record.Supervisor is not { IsAlive: true }
                ? record with { State = UnikernelState.Lost, Status = Build.Launching.ExitStatus.NoExitRecord, Reason = "the command that watched it was killed" }
                : record;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw CommandException.NoInput($"the record of {Id} cannot be read: {e.Message}");
        }
    }

    /// <summary>Writes the record: whoever reads it sees the old one or the new one.</summary>
    internal void Write(UnikernelRecord record)
    {
        string fresh = RecordFile + ".new";
        File.Delete(fresh);
        using (var stream = new FileStream(fresh, new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = PrivateFile }))
        {
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(record, SideloaderJson.Indented.UnikernelRecord));
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, RecordFile, overwrite: true);
    }

    /// <summary>Removes what only a running unikernel needs.</summary>
    internal void RemoveWorkFiles()
    {
        foreach (string file in (string[])[OffloadSocket, ControlSocket, MetricsSocket, BootFiles])
            File.Delete(file);
    }

    /// <summary>Removes all of it.</summary>
    internal void Remove()
    {
        // Without a record nobody finds it any more, however far the rest comes.
        File.Delete(RecordFile);
        Directory.Delete(Location, recursive: true);
    }

    /// <exception cref="CommandException">A socket cannot be made in a directory with so long a name.</exception>
    internal void CheckSocketPaths()
    {
        if (System.Text.Encoding.UTF8.GetByteCount(MetricsSocket) <= MostSocketPath)
            return;
        Directory.Delete(Location);
        throw CommandException.Unavailable($"the path {MetricsSocket} is longer than the {MostSocketPath} bytes of a socket's: set XDG_RUNTIME_DIR to a shorter one");
    }
}
