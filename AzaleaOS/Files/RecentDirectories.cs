using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>The directories that paths led to last, by the text that led there: most paths begin as one of the last ones did.</summary>
/// <remarks>
/// Everything is forgotten when a name is taken away or gets another file. A new name changes nothing, for where it is there was
/// none. Nothing is counted: who frees a directory takes its name away first. The tree's lock is held.
/// </remarks>
internal static unsafe class RecentDirectories
{
    private const int Count = 4;

    // Shorter ones are found as quickly without.
    private const int ShortestText = 8;

    private static Recent* s_first;
    private static int s_next;

    /// <summary>Forgets all of them.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_first = (Recent*)KernelPages.TakeAny();
        if (s_first != null)
        {
            Forget();
        }

        return s_first != null;
    }

    /// <summary>Forgets all of them.</summary>
    internal static void Forget()
    {
        for (int i = 0; i < Count; i++)
        {
            s_first[i].Length = 0;
        }
    }

    /// <summary>Finds the directory that the beginning of a path leads to.</summary>
    /// <param name="root">What "/" means.</param>
    /// <param name="path">The path; it begins with a slash.</param>
    /// <param name="length">Bytes of it.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="links">Symbolic links on the way.</param>
    /// <returns>Bytes up to the slash in front of the next name; 0 if none is known.</returns>
    internal static int Find(FileNode* root, byte* path, int length, out FileNode* directory, out int links)
    {
        int most = 0;
        int last = length - 1;
        Recent* found = null;
        Recent* recent = s_first;
        Recent* behind = recent + Count;
        do
        {
            int text = recent->Length;
            if (text > most && text < last && path[text] == '/' && path[text + 1] != '/' && recent->Root == root && IsSame(path, recent->Text, text))
            {
                most = text;
                found = recent;
            }
        }
        while (++recent < behind);
        directory = found == null ? null : found->Directory;
        links = found == null ? 0 : found->Links;
        return most;
    }

    /// <summary>Remembers a directory.</summary>
    /// <param name="root">What "/" means.</param>
    /// <param name="path">What leads to it, as long as nobody takes a name away.</param>
    /// <param name="length">Bytes of that.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="links">Symbolic links on the way.</param>
    internal static void Add(FileNode* root, byte* path, long length, FileNode* directory, int links)
    {
        if (length is < ShortestText or > Recent.LongestText)
        {
            return;
        }

        s_next = (s_next + 1) % Count;
        Recent* recent = s_first + s_next;
        recent->Root = root;
        recent->Directory = directory;
        recent->Links = links;
        recent->Length = (int)length;
        new ReadOnlySpan<byte>(path, (int)length).CopyTo(new Span<byte>(recent->Text, (int)length));
    }

    // None is shorter than a word.
    private static bool IsSame(byte* one, byte* other, int length)
    {
        int at = length - sizeof(ulong);
        bool isSame = *(ulong*)(one + at) == *(ulong*)(other + at);
        while (isSame && at > 0)
        {
            at = Math.Max(0, at - sizeof(ulong));
            isSame = *(ulong*)(one + at) == *(ulong*)(other + at);
        }

        return isSame;
    }

    private struct Recent
    {
        internal const int LongestText = 100;

        internal FileNode* Root;
        internal FileNode* Directory;
        internal int Length;
        internal int Links;
        internal fixed byte Text[LongestText];
    }
}
