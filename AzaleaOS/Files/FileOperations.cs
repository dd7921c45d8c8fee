using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>What can be done with an open file of one kind. A null entry is not possible for that kind.</summary>
/// <remarks>
/// Buffers were checked by the caller and lie in the application's memory. Results are bytes, or a
/// negated errno. The tables live in one page of the kernel and are filled in once.
/// </remarks>
internal unsafe struct FileOperations
{
    /// <summary>Reads at a position and moves it: file, buffer, bytes, position.</summary>
    internal delegate*<OpenFile*, byte*, ulong, long*, long> Read;

    /// <summary>Writes at a position and moves it: file, buffer, bytes, position.</summary>
    internal delegate*<OpenFile*, byte*, ulong, long*, long> Write;

    /// <summary>ioctl: file, request, argument.</summary>
    internal delegate*<OpenFile*, uint, ulong, long> Control;

    /// <summary>Whether positions mean something: lseek and pread64 work.</summary>
    internal bool IsSeekable;

    private static FileOperations* s_tables;

    /// <summary>Regular files.</summary>
    internal static FileOperations* Regular => s_tables;

    /// <summary>Directories.</summary>
    internal static FileOperations* Directory => s_tables + 1;

    /// <summary>The console.</summary>
    internal static FileOperations* Console => s_tables + 2;

    /// <summary>/dev/null.</summary>
    internal static FileOperations* Null => s_tables + 3;

    /// <summary>/dev/zero.</summary>
    internal static FileOperations* Zero => s_tables + 4;

    /// <summary>/dev/full.</summary>
    internal static FileOperations* Full => s_tables + 5;

    /// <summary>/dev/random and /dev/urandom.</summary>
    internal static FileOperations* Random => s_tables + 6;

    /// <summary>Fills in the tables.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_tables = (FileOperations*)KernelPages.Take();
        if (s_tables == null)
        {
            return false;
        }

        *Regular = new FileOperations { Read = &RegularFile.Read, IsSeekable = true };
        *Directory = new FileOperations { IsSeekable = true };
        *Console = new FileOperations { Read = &ConsoleFile.Read, Write = &ConsoleFile.Write };
        *Null = new FileOperations { Read = &Devices.ReadNothing, Write = &Devices.WriteAnything, IsSeekable = true };
        *Zero = new FileOperations { Read = &Devices.ReadZeros, Write = &Devices.WriteAnything, IsSeekable = true };
        *Full = new FileOperations { Read = &Devices.ReadZeros, Write = &Devices.WriteNothing, IsSeekable = true };
        *Random = new FileOperations { Read = &Devices.ReadRandom, Write = &Devices.WriteRandom, IsSeekable = true };
        return true;
    }

    /// <summary>What open gives for a kind of file that is no device; null if it cannot be opened.</summary>
    internal static FileOperations* ForKind(uint kind) => kind switch
    {
        FileMode.Regular => Regular,
        FileMode.Directory => Directory,
        _ => null,
    };
}
