using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Reports;

/// <summary>Makes the files of /proc and /sys when somebody looks for them.</summary>
/// <remarks>
/// A file is made when it is looked for, all of a directory when it is listed. Those whose names are numbers come and go
/// with what they stand for; the others stay.
/// </remarks>
internal static unsafe class ReportDirectory
{
    private const int LongestName = 32;

    private const uint ReadableDirectory = FileMode.Directory | 0x16d;

    // What is open is for the process alone (fs/proc/base.c).
    private const uint OwnDirectory = FileMode.Directory | 0x140;

    private static NodeOperations* s_names;

    /// <summary>Makes /proc and /sys; an archive's directories of these names are covered.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Populate()
    {
        s_names = (NodeOperations*)KernelPages.Take();
        if (s_names == null)
        {
            return false;
        }

        Directories->Update = &Update;
        TextLinks->ReadLink = &ReportLink.ReadText;
        FileLinks->ReadLink = &ReportLink.ReadFile;
        FileLinks->Follow = &ReportLink.Follow;
        return Mount("/proc"u8, FileSystemKind.Processes) && Mount("/sys"u8, FileSystemKind.System);
    }

    /// <summary>The head of a directory's section.</summary>
    /// <param name="parent">The head of the section above, up to the end of the line.</param>
    /// <param name="parentLength">Bytes of it.</param>
    /// <param name="name">What follows a slash behind it.</param>
    /// <param name="nameLength">Bytes of that; 0 for the section above itself.</param>
    /// <returns>The head; there is one for every directory.</returns>
    internal static byte* FindSection(byte* parent, int parentLength, byte* name, int nameLength)
    {
        int length = parentLength + (nameLength == 0 ? 0 : 1 + nameLength);
        byte* end = ReportTable.First + length;
        foreach (ushort at in ReportTable.Heads)
        {
            // Where it ends first: many begin alike. What follows the last head is longer than any name.
            if (end[at] != '\n')
            {
                continue;
            }

            byte* line = end + at - length;
            byte* rest = line + parentLength;
            if ((nameLength == 0 || (*rest == '/' && Begins(rest + 1, name, nameLength))) && Begins(line, parent, parentLength))
            {
                return line;
            }
        }

        return null;
    }

    private static bool IsSame(ReadOnlySpan<byte> name, byte* text)
    {
        fixed (byte* first = name)
        {
            return Begins(first, text, name.Length);
        }
    }

    private static bool Begins(byte* text, byte* with, int length)
    {
        int same = 0;
        while (same < length && text[same] == with[same])
        {
            same++;
        }

        return same == length;
    }

    private static NodeOperations* Directories => s_names;

    // Symbolic links with a text from the table.
    private static NodeOperations* TextLinks => s_names + 1;

    // Symbolic links that lead to a file whatever its name.
    private static NodeOperations* FileLinks => s_names + 2;

    private static bool Mount(ReadOnlySpan<byte> path, FileSystemKind kind)
    {
        FileNode* node = FileTree.NewNode(ReadableDirectory, hasTimes: false);
        if (node == null)
        {
            return false;
        }

        byte* text = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(path));
        node->FileSystem = kind;
        node->Names = Directories;
        node->Object = new ReportEntry(FindSection(text, path.Length, null, 0), 0).Object;
        return FileTree.Link(FileTree.Root, text + 1, path.Length - 1, node);
    }

    // Brings a directory's entries up to date.
    private static void Update(FileNode* directory, ReadOnlySpan<byte> name)
    {
        ReportEntry place = new(directory);
        if (!name.IsEmpty && name[^1] is < (byte)'0' or > (byte)'9')
        {
            AddNamed(directory, place, name);
            return;
        }

        for (byte* line = ReportLine.Next(place.Line); *line != '\n'; line = ReportLine.Next(line))
        {
            // Nearly all lines are other files'.
            if (!name.IsEmpty && *line != name[0] && *line != '#')
            {
                continue;
            }

            int length = (int)(ReportLine.Mark(line) - line);
            if (length > 1 && line[length - 2] == '#')
            {
                if (UpdateNumbered(directory, line, length - 2, name))
                {
                    return;
                }
            }
            else if (length != 0 && (name.IsEmpty || (name.Length == length && IsSame(name, line))))
            {
                ReadOnlySpan<byte> own = new(line, length);
                if (DirectoryIndex.Find(directory, own) == null)
                {
                    Add(directory, line, line + length, own, place.Argument);
                }

                if (!name.IsEmpty)
                {
                    return;
                }
            }
        }
    }

    // A name that no number ends, and that is not there yet.
    private static void AddNamed(FileNode* directory, in ReportEntry place, ReadOnlySpan<byte> name)
    {
        byte* line = place.Line;
        byte* block = (byte*)((nuint)line & ~(nuint)(Vector128<byte>.Count - 1));
        uint ends = ReportLine.Ends(block) & (uint.MaxValue << (int)(line - block));
        fixed (byte* text = name)
        {
            do
            {
                while (ends == 0)
                {
                    block += Vector128<byte>.Count;
                    ends = ReportLine.Ends(block);
                }

                line = block + BitOperations.TrailingZeroCount(ends) + 1;
                ends &= ends - 1;
                if (*line == '\n')
                {
                    return;
                }
            }
            while (*line != *text || !Begins(line, text, name.Length) || ReportLine.Mark(line) != line + name.Length);
        }

        Add(directory, line, line + name.Length, new ReadOnlySpan<byte>(line, name.Length), place.Argument);
    }

    // True if the name is one of these, so that it is none of any other line.
    private static bool UpdateNumbered(FileNode* directory, byte* line, int prefix, ReadOnlySpan<byte> name)
    {
        const ulong Sweep = 15;
        int wanted = name.IsEmpty ? -1 : NumberIn(name, line, prefix);
        if (wanted >= 0)
        {
            UpdateOne(directory, line, prefix, wanted, name);
        }

        if (!name.IsEmpty && (directory->EntryCount & Sweep) != Sweep)
        {
            return wanted >= 0;
        }

        // Now and then also for a name: somebody may look at one thread after the other, and never list them.
        for (DirectoryEntry* entry = directory->FirstEntry; entry != null;)
        {
            DirectoryEntry* next = entry->Next;
            int number = NumberIn(entry->Text, line, prefix);
            if (number >= 0)
            {
                UpdateOne(directory, line, prefix, number, entry->Text);
            }

            entry = next;
        }

        byte* memory = stackalloc byte[LongestName];
        for (int number = -1; name.IsEmpty && (number = ReportNumbers.Next(line[prefix + 1], number + 1)) >= 0;)
        {
            TextBuffer made = new(new Span<byte>(memory, LongestName));
            made.Append(new ReadOnlySpan<byte>(line, prefix));
            made.Append((ulong)number);
            UpdateOne(directory, line, prefix, number, made.Written);
        }

        return wanted >= 0;
    }

    private static void UpdateOne(FileNode* directory, byte* line, int prefix, int number, ReadOnlySpan<byte> name)
    {
        DirectoryEntry* entry = DirectoryIndex.Find(directory, name);
        bool isThere = ReportNumbers.Next(line[prefix + 1], number) == number;
        if (entry != null && !isThere)
        {
            Remove(entry);
        }
        else if (entry == null && isThere)
        {
            FileNode* node = Add(directory, line, line + prefix + 2, name, ReportEntry.Append(new ReportEntry(directory).Argument, number));
            if (node != null)
            {
                // Cores, caches, memory nodes and the process stay.
                node->ComesAndGoes |= line[prefix + 1] is (byte)'T' or (byte)'F';
            }
        }
    }

    private static void Remove(DirectoryEntry* entry)
    {
        FileNode* node = entry->Node;
        while (node->FirstEntry != null)
        {
            Remove(node->FirstEntry);
        }

        FileTree.DropLater(FileTree.Remove(entry));
    }

    // Without memory there is no such file.
    private static FileNode* Add(FileNode* directory, byte* line, byte* mark, ReadOnlySpan<byte> name, ulong argument)
    {
        byte* first = line;
        uint mode = *mark switch
        {
            (byte)'/' when name.Length == 2 && name[0] == 'f' && name[1] == 'd' => OwnDirectory,
            (byte)'/' => ReadableDirectory,
            (byte)'>' or (byte)'@' => FileMode.SymbolicLink | FileMode.Permissions,
            (byte)'!' => FileMode.Regular | 0x1a4,
            (byte)'~' => FileMode.Regular | 0x100,
            _ => FileMode.Regular | 0x124,
        };
        FileNode* node = FileTree.NewNode(mode, hasTimes: false);
        if (node == null)
        {
            return null;
        }

        node->FileSystem = mark[0] == '/' && mark[1] == '2' ? FileSystemKind.ControlGroups : directory->FileSystem;
        node->ComesAndGoes = directory->ComesAndGoes;
        if (node->IsRegular)
        {
            node->Operations = FileOperations.Report;
            node->Seals |= FileSeals.Grow | FileSeals.Shrink;
            node->Size = node->FileSystem == FileSystemKind.System ? (ulong)KernelPages.Size : 0;
        }
        else
        {
            // As Linux has it for links to descriptors.
            node->Size = *mark == '@' && mark[1] == 'f' ? 64u : 0;
            node->Names = *mark == '/' ? Directories : *mark == '>' ? TextLinks : FileLinks;
            if (*mark == '/')
            {
                byte* head = new ReportEntry(directory).Line;
                line = FindSection(head, (int)(ReportLine.Next(head) - head) - 1, line, (int)(mark - line));
            }
        }

        node->Object = new ReportEntry(line, argument).Object;
        fixed (byte* text = name)
        {
            // A name of the table stays where it is.
            DirectoryEntry* entry = text == first ? FileTree.AddLasting(directory, text, name.Length, node) : FileTree.Add(directory, name, node);
            FileTree.DropLater(node);
            return entry == null ? null : node;
        }
    }

    // The number behind a prefix; -1 if there is none, or one with zeros in front.
    private static int NumberIn(ReadOnlySpan<byte> name, byte* prefix, int prefixLength)
    {
        const int MostDigits = 6;
        int digits = name.Length - prefixLength;
        if (digits is <= 0 or > MostDigits || (name[prefixLength] == '0' && digits > 1))
        {
            return -1;
        }

        int number = 0;
        for (int i = 0; i < name.Length; i++)
        {
            uint digit = name[i] - (uint)'0';
            if (i < prefixLength ? name[i] != prefix[i] : digit > 9)
            {
                return -1;
            }

            number = i < prefixLength ? 0 : (number * 10) + (int)digit;
        }

        return number;
    }
}
