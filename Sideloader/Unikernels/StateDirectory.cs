using System.Security.Cryptography;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Where this user's unikernels are written down: a directory for each, which nobody else can look into.</summary>
/// <remarks>
/// <c>$XDG_RUNTIME_DIR/azalea</c>; without that variable <c>/run/user/UID/azalea</c> if there is such a directory,
/// <c>/run/azalea</c> for root, else <c>/tmp/azalea-UID</c>.
/// </remarks>
internal sealed class StateDirectory
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int IdBytes = 6;
    private const int MostNameLength = 64;

    private StateDirectory(string path) => Location = path;

    /// <summary>Its path.</summary>
    internal string Location { get; }

    /// <summary>Finds the directory, and makes it if it is not there.</summary>
    /// <exception cref="CommandException">It cannot be made, or others can write there.</exception>
    internal static StateDirectory Open()
    {
        string path = Choose();
        try
        {
            Directory.CreateDirectory(path, Private);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Unavailable($"the state directory {path} cannot be made: {e.Message}; set XDG_RUNTIME_DIR to a directory of yours");
        }

        if (!IsOurs(path))
            throw CommandException.Unavailable($"the state directory {path} belongs to another user or is open to others: remove it, or set XDG_RUNTIME_DIR to a directory of yours");
        return new StateDirectory(path);
    }

    /// <summary>Makes a directory for a new unikernel.</summary>
    /// <exception cref="CommandException">The name is taken or is none, or the directory cannot be written.</exception>
    internal UnikernelDirectory Create(string? name)
    {
        if (name is not null)
        {
            bool valid = name.Length is > 0 and <= MostNameLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && char.IsAsciiLetterOrDigit(name[0]);
            if (!valid)
                throw CommandException.Usage($"--name {name}: a name has 1 to {MostNameLength} letters, digits, - _ . and begins with a letter or digit");
            if (List().FirstOrDefault(other => other.Read().Name == name) is { } taken)
                throw CommandException.Usage($"the name {name} is taken by {taken.Id}: choose another, or remove that one with: sideloader rm {name}");
        }

        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        string path = Path.Combine(Location, id);
        try
        {
            Directory.CreateDirectory(path, Private);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Unavailable($"the state directory {Location} cannot be written: {e.Message}");
        }

        var created = new UnikernelDirectory(path);
        created.CheckSocketPaths();
        return created;
    }

    /// <summary>All that are written down, oldest first.</summary>
    internal IReadOnlyList<UnikernelDirectory> List() =>
    [
        .. Directory.EnumerateDirectories(Location)
            .Select(path => new UnikernelDirectory(path))
            .Where(entry => entry.HasRecord)
            .OrderBy(entry => entry.Read().Created),
    ];

    /// <summary>The one with this name, or with a number that begins like this.</summary>
    /// <exception cref="CommandException">There is none, or there are several.</exception>
    internal UnikernelDirectory Find(string idOrName)
    {
        IReadOnlyList<UnikernelDirectory> all = List();
        if (all.FirstOrDefault(entry => entry.Id == idOrName || entry.Read().Name == idOrName) is { } exact)
            return exact;
        UnikernelDirectory[] similar = [.. all.Where(entry => idOrName.Length > 0 && entry.Id.StartsWith(idOrName, StringComparison.Ordinal))];
        return similar.Length switch
        {
            1 => similar[0],
            0 => throw CommandException.NoInput($"there is no unikernel {idOrName}: see sideloader ps --all"),
            _ => throw CommandException.NoInput($"{similar.Length} unikernels begin with {idOrName}: give more digits"),
        };
    }

    private static string Choose()
    {
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime)
            return Path.Combine(Path.GetFullPath(runtime), "azalea");
        uint user = Libc.GetUser();
        string ofUser = $"/run/user/{user}";
        if (Directory.Exists(ofUser))
            return Path.Combine(ofUser, "azalea");
        return user == 0 ? "/run/azalea" : $"/tmp/azalea-{user}";
    }

    private static unsafe bool IsOurs(string path)
    {
        Stat status;
        fixed (byte* name = (byte[])[.. System.Text.Encoding.UTF8.GetBytes(path), 0])
            LinuxException.ThrowIfFailed(Libc.StatAt(AtFlags.WorkingDirectory, name, &status, AtFlags.NoFollow), $"look at {path}");
        const uint Others = 0x3F;
        return status.User == Libc.GetUser() && (status.Mode & Others) == 0 && (status.Mode & FileMode.KindMask) == FileMode.Directory;
    }
}
