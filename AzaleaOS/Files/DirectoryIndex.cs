using System.Runtime.CompilerServices;

namespace AzaleaOS.Files;

/// <summary>The entries of one directory: by name, and in the order they were made.</summary>
/// <remarks>
/// A treap: a search tree by hash and name that is a heap by a second hash. The tree's lock is held.
/// Source: R. Seidel, C. Aragon, Randomized search trees, Algorithmica 16, 1996.
/// </remarks>
internal static unsafe class DirectoryIndex
{
    // Positions 1 and 2 are behind "." and "..".
    private const long FirstPosition = 3;

    /// <summary>The hash of no bytes.</summary>
    internal const uint NoBytes = 2166136261;

    /// <summary>The hash with one more byte: FNV-1a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Hash(uint hash, byte letter) => (hash ^ letter) * 16777619;

    /// <summary>Finds a name.</summary>
    /// <returns>The entry, or null.</returns>
    internal static DirectoryEntry* Find(FileNode* directory, ReadOnlySpan<byte> name) => Find(directory, name, HashOf(name));

    /// <summary>Finds a name.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="name">The name.</param>
    /// <param name="hash">What <see cref="Hash"/> makes of its bytes, from <see cref="NoBytes"/> on.</param>
    /// <returns>The entry, or null.</returns>
    internal static DirectoryEntry* Find(FileNode* directory, ReadOnlySpan<byte> name, uint hash)
    {
        hash = Mix(hash);
        DirectoryEntry* entry = directory->SearchRoot;
        while (entry != null)
        {
            bool isBefore = hash < entry->Hash;
            if (hash == entry->Hash)
            {
                if (name.Length == entry->NameLength && name.SequenceEqual(entry->Text))
                {
                    return entry;
                }

                isBefore = name.SequenceCompareTo(entry->Text) < 0;
            }

            entry = isBefore ? entry->Before : entry->After;
        }

        return null;
    }

    /// <summary>Adds an entry whose name is not there yet.</summary>
    /// <param name="added">The entry. <see cref="DirectoryEntry.Directory"/> says where.</param>
    /// <param name="hash"><see cref="Hash"/> of the name's bytes.</param>
    internal static void Insert(DirectoryEntry* added, uint hash)
    {
        FileNode* directory = added->Directory;
        ReadOnlySpan<byte> name = added->Text;
        added->Hash = Mix(hash);
        DirectoryEntry** place = &directory->SearchRoot;
        while (*place != null && (*place)->Priority >= added->Priority)
        {
            place = Compare(added->Hash, name, *place) < 0 ? &(*place)->Before : &(*place)->After;
        }

        // What is below the place is split into what comes before the new entry and what comes after it.
        DirectoryEntry* split = *place;
        DirectoryEntry** before = &added->Before;
        DirectoryEntry** after = &added->After;
        *place = added;
        while (split != null)
        {
            if (Compare(added->Hash, name, split) < 0)
            {
                *after = split;
                after = &split->Before;
                split = *after;
            }
            else
            {
                *before = split;
                before = &split->After;
                split = *before;
            }
        }

        *before = null;
        *after = null;
        DirectoryEntry* last = directory->LastEntry;
        added->Position = Math.Max(FirstPosition, directory->LastPosition + 1);
        added->Previous = last;
        added->Next = null;
        *(last == null ? &directory->FirstEntry : &last->Next) = added;
        directory->LastEntry = added;
        directory->LastPosition = added->Position;
        directory->EntryCount++;
    }

    /// <summary>Takes an entry out.</summary>
    internal static void Remove(DirectoryEntry* entry)
    {
        FileNode* directory = entry->Directory;
        DirectoryEntry** place = &directory->SearchRoot;
        while (*place != entry)
        {
            place = Compare(entry->Hash, entry->Text, *place) < 0 ? &(*place)->Before : &(*place)->After;
        }

        DirectoryEntry* before = entry->Before;
        DirectoryEntry* after = entry->After;
        while (before != null && after != null)
        {
            if (before->Priority >= after->Priority)
            {
                *place = before;
                place = &before->After;
                before = before->After;
            }
            else
            {
                *place = after;
                place = &after->Before;
                after = after->Before;
            }
        }

        *place = before != null ? before : after;
        *(entry->Previous == null ? &directory->FirstEntry : &entry->Previous->Next) = entry->Next;
        *(entry->Next == null ? &directory->LastEntry : &entry->Next->Previous) = entry->Previous;
        entry->Before = entry->After = entry->Next = entry->Previous = null;
        directory->EntryCount--;
        directory->Removals++;
    }

    /// <summary>The first entry behind a position; null at the end.</summary>
    internal static DirectoryEntry* Following(FileNode* directory, long position)
    {
        DirectoryEntry* entry = directory->FirstEntry;
        while (entry != null && entry->Position <= position)
        {
            entry = entry->Next;
        }

        return entry;
    }

    private static int Compare(uint hash, ReadOnlySpan<byte> name, DirectoryEntry* entry)
        => hash != entry->Hash ? (hash < entry->Hash ? -1 : 1) : name.SequenceCompareTo(entry->Text);

    /// <summary>The hash of a whole name.</summary>
    internal static uint HashOf(ReadOnlySpan<byte> name)
    {
        uint hash = NoBytes;
        foreach (byte letter in name)
        {
            hash = Hash(hash, letter);
        }

        return hash;
    }

    // So that the order has nothing to do with the names'.
    private static uint Mix(uint hash) => hash * 0x9e3779b1;
}
