using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Confinement;

/// <summary>Rights to files, for the calling thread and those that come from it.</summary>
/// <remarks>Source: Linux, include/uapi/linux/landlock.h; Documentation/userspace-api/landlock.rst for what each version has.</remarks>
internal static unsafe class Landlock
{
    private const long CreateRules = 444;
    private const long AddRule = 445;
    private const long RestrictSelf = 446;
    private const int AskForVersion = 1;
    private const int PathBeneath = 1;

    // Before version 2 nothing could be moved to another directory.
    private const int LeastVersion = 2;

    /// <summary>LANDLOCK_ACCESS_FS_ constants.</summary>
    [Flags]
    private enum Access : ulong
    {
        None = 0,
        Execute = 1 << 0,
        WriteFile = 1 << 1,
        ReadFile = 1 << 2,
        ReadDirectory = 1 << 3,
        RemoveDirectory = 1 << 4,
        RemoveFile = 1 << 5,
        MakeCharacterDevice = 1 << 6,
        MakeDirectory = 1 << 7,
        MakeFile = 1 << 8,
        MakeSocket = 1 << 9,
        MakePipe = 1 << 10,
        MakeBlockDevice = 1 << 11,
        MakeSymbolicLink = 1 << 12,
        Refer = 1 << 13,
        Truncate = 1 << 14,
        ControlDevice = 1 << 15,
        Version2 = (1 << 14) - 1,
        Read = ReadFile | ReadDirectory,
        Run = Read | Execute,
        ForFiles = Execute | WriteFile | ReadFile | Truncate | ControlDevice,
        Change = Read | WriteFile | RemoveDirectory | RemoveFile | MakeDirectory | MakeFile | MakeSocket | MakePipe | MakeSymbolicLink | Refer | Truncate | ControlDevice,
    }

    /// <summary>Restricts the calling thread, as far as this kernel can.</summary>
    internal static void Restrict(ConfinementPlan plan)
    {
        long version = Libc.SystemCall(CreateRules, 0, null, (void*)AskForVersion, 0, null);
        if (version < LeastVersion)
        {
            plan.Log("this kernel has no Landlock that files can be moved under (Linux 5.19): the guest's paths are confined by openat2 alone");
            return;
        }

        // Version 3: truncate; 4: TCP ports; 5: ioctl of devices; 6: signals and abstract sockets to others.
        Access handled = Access.Version2 | (version >= 3 ? Access.Truncate : 0) | (version >= 5 ? Access.ControlDevice : 0);
        var attribute = new RulesAttribute { FileSystem = handled, Network = version >= 4 ? 3UL : 0, Scoped = version >= 6 ? 3UL : 0 };
        nuint size = version >= 6 ? 24u : version >= 4 ? 16u : 8u;
        long rules = Libc.SystemCall(CreateRules, (long)&attribute, (void*)size, null, 0, null);
        LinuxException.ThrowIfFailed(rules, "make rules of Landlock");

        foreach ((string path, bool readOnly) in plan.Trees)
            Allow(rules, path, (readOnly ? Access.Read | Access.ControlDevice : Access.Change) & handled, required: true);
        foreach (string path in plan.Own)
            Allow(rules, path, Access.Change & handled, required: true);
        foreach (string path in plan.ForSockets)
            Allow(rules, path, Access.MakeSocket | Access.RemoveFile, required: true);
        foreach (string path in ProgramDirectories())
            Allow(rules, path, Access.Run, required: false);
        foreach (string path in (string[])["/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo", "/proc", "/sys/fs/cgroup", "/sys/devices/system", "/dev/urandom", "/dev/random", "/dev/zero"])
            Allow(rules, path, Access.Read, required: false);
        Allow(rules, "/dev/null", (Access.Read | Access.WriteFile | Access.Truncate) & handled, required: false);
        // Standard streams: a terminal is opened once more. Pipes and sockets have no place in a file system.
        for (int stream = 0; stream < 3; stream++)
            _ = TryAllow(rules, stream, (Access.ForFiles & ~Access.Execute) & handled);

        LinuxException.ThrowIfFailed(Libc.SystemCall(RestrictSelf, rules, null, null, 0, null), "restrict this process by Landlock");
        _ = Libc.Close((int)rules);
    }

    /// <summary>Where this program, .NET and the C library are.</summary>
    private static IEnumerable<string> ProgramDirectories()
    {
        yield return AppContext.BaseDirectory;
        if (Path.GetDirectoryName(Environment.ProcessPath) is { } host)
            yield return host;
        // .../shared/Microsoft.NETCore.App/10.0.0 below the host's directory, which may be linked to from elsewhere.
        yield return Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        foreach (string path in (string[])["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"])
            yield return path;
    }

    private static void Allow(long rules, string path, Access access, bool required)
    {
        int descriptor;
        fixed (byte* text = (byte[])[.. Encoding.UTF8.GetBytes(path), 0])
            descriptor = Libc.OpenAt(AtFlags.WorkingDirectory, text, OpenFlags.Path | OpenFlags.CloseOnExec, 0);
        if (descriptor < 0)
        {
            if (required)
                throw LinuxException.Last($"open {path}");
            return;
        }

        Stat status;
        byte empty = 0;
        if (Libc.StatAt(descriptor, &empty, &status, AtFlags.EmptyPath) >= 0 && (status.Mode & Abi.Linux.FileMode.KindMask) != Abi.Linux.FileMode.Directory)
            access &= Access.ForFiles;
        long result = TryAllow(rules, descriptor, access);
        LinuxException? failure = result < 0 ? LinuxException.Last($"allow {path} by Landlock") : null;
        _ = Libc.Close(descriptor);
        if (failure is not null)
            throw failure;
    }

    private static long TryAllow(long rules, int descriptor, Access access)
    {
        var rule = new PathRule { Allowed = access, Parent = descriptor };
        return Libc.SystemCall(AddRule, rules, (void*)PathBeneath, &rule, 0, null);
    }

    [StructLayout(LayoutKind.Explicit, Size = 24)]
    private struct RulesAttribute
    {
        [FieldOffset(0)] internal Access FileSystem;
        [FieldOffset(8)] internal ulong Network;
        [FieldOffset(16)] internal ulong Scoped;
    }

    /// <summary>Packed: 12 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 12)]
    private struct PathRule
    {
        [FieldOffset(0)] internal Access Allowed;
        [FieldOffset(8)] internal int Parent;
    }
}
