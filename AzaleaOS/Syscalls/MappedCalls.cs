using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>What else is done for a call of the peer while some of its files are mapped here.</summary>
internal static unsafe class MappedCalls
{
    /// <summary>Before the call: its buffers are brought, and the files get what was written to their mappings.</summary>
    /// <returns>The file that the call changes, if it is mapped; <see cref="End"/> takes it.</returns>
    internal static PeerFile* Begin(int number, ReadOnlySpan<byte> form, ulong* arguments, int structureBytes, FileReference* files)
    {
        const ulong LargestSmall = 64;
        for (int i = 0; i < form.Length; i++)
        {
            ulong length = form[i] switch
            {
                (byte)'b' or (byte)'v' => arguments[i + 1],
                (byte)'o' or (byte)'i' or (byte)'j' => (ulong)structureBytes,
                (byte)'t' or (byte)'k' when arguments[i] != 0 => LargestSmall,
                _ => 0,
            };
            if (length != 0)
            {
                PeerPages.BringAll(arguments[i], length);
            }
        }

        OffloadedCall call = (OffloadedCall)number;
        int changed = call switch
        {
            OffloadedCall.FTruncate or OffloadedCall.FAllocate or OffloadedCall.SendFile => 0,
            OffloadedCall.CopyFileRange or OffloadedCall.Splice => 2,
            _ => -1,
        };
        bool isSynchronized = call is OffloadedCall.FSync or OffloadedCall.FDataSync or OffloadedCall.SyncFileRange or OffloadedCall.SyncFs;
        for (int i = 0; i < form.Length && (changed >= 0 || isSynchronized); i++)
        {
            PeerFile* read = form[i] == 'f' && i != changed ? PeerFiles.Find(files[i].File) : null;
            if (read != null)
            {
                PeerPages.WriteBack(read);
                PeerFiles.Release(read);
            }
        }

        PeerFile* peer = changed >= 0 && form[changed] == 'f' ? PeerFiles.Find(files[changed].File) : null;
        if (peer != null)
        {
            PeerChanges.Begin(peer);
        }

        return peer;
    }

    /// <summary>After the call: what is here of the file that it changed is brought again.</summary>
    internal static void End(int number, ulong* arguments, PeerFile* changed)
    {
        const int Flags = 2;
        if (changed != null)
        {
            PeerChanges.End(changed);
            PeerFiles.Release(changed);
            return;
        }

        ulong flags = 0;
        OffloadedCall call = (OffloadedCall)number;
        if (call == OffloadedCall.OpenAt2)
        {
            UserMemory.TryRead(arguments[Flags], out flags);
        }

        LookWhatIsCut(number, call == OffloadedCall.OpenAt ? arguments[Flags] : flags);
    }

    /// <summary>After a call with a path: a file that it cut short has pages no more that are behind its end. Which one it was shows.</summary>
    /// <param name="number">Of the call.</param>
    /// <param name="flags">Those of an open.</param>
    internal static void LookWhatIsCut(int number, ulong flags)
    {
        bool opens = (OffloadedCall)number is OffloadedCall.OpenAt or OffloadedCall.OpenAt2;
        if ((OffloadedCall)number == OffloadedCall.Truncate || (opens && ((OpenFlags)flags & OpenFlags.Truncate) != 0))
        {
            PeerFiles.ForEach(&PeerChanges.LookAtSizeOf);
        }
    }
}
