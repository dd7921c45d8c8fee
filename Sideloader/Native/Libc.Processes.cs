using System.Runtime.InteropServices;

namespace AzaleaOS.Sideloader.Native;

// Processes and their signals.
internal static unsafe partial class Libc
{
    [LibraryImport(Library, EntryPoint = "kill")]
    internal static partial int Kill(int process, int signal);

    /// <summary>Ends this process at once: no handler runs, no thread is waited for.</summary>
    [LibraryImport(Library, EntryPoint = "_exit")]
    internal static partial void EndProcess(int status);
}
