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

    /// <summary>Makes /proc and /sys; an archive's directories of these names are covered.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Populate()
    {
        Directories->Find = &Find;
        Directories->List = &List;
        TextLinks->ReadLink = &ReportLink.ReadText;
        FileLinks->ReadLink = &ReportLink.ReadFile;
        FileLinks->Follow = &ReportLink.Follow;
        return Mount("proc"u8, FileSystemKind.Processes, (byte)'A') && Mount("sys"u8, FileSystemKind.System, (byte)'P');
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

    private static NodeOperations* Directories => FileOperations.Generated;

    // Symbolic links with a text from the table.
    private static NodeOperations* TextLinks => FileOperations.Generated + 1;

    // Symbolic links that lead to a file whatever its name.
    private static NodeOperations* FileLinks => FileOperations.Generated + 2;

    private static bool Mount(ReadOnlySpan<byte> name, FileSystemKind kind, byte section)
    {
        FileNode* node = FileTree.NewNode(ReadableDirectory, hasTimes: false);
        if (node == null)
        {
            return false;
        }

        node->FileSystem = kind;
        node->Names = Directories;
        node->Object = new ReportEntry(ReportTable.Section(section), 0).Object;
        return FileTree.Link(FileTree.Root, (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name)), name.Length, node);
    }

    // A name that is not there yet, or one that comes and goes.
    private static DirectoryEntry* Find(FileNode* directory, ReadOnlySpan<byte> name, uint hash, DirectoryEntry* known)
    {
        const ulong Often = 15;
        ReportEntry place = new(directory);
        byte* line = place.Line;
        fixed (byte* text = name)
        {
            byte last = text[name.Length - 1];
            if (last is >= (byte)'0' and <= (byte)'9')
            {
                byte* first = FirstOf(line);
                int number = NumberIn(name, first, out int prefix);
                if (number >= 0)
                {
                    if ((directory->EntryCount & Often) == Often)
                    {
                        // Now and then: somebody may look at one thread after the other, and never list them.
                        RemoveGone(directory, first);
                        known = DirectoryIndex.Find(directory, name, hash);
                    }

                    return UpdateOne(directory, first, prefix, number, name, hash, known);
                }
            }

            byte* block = (byte*)((nuint)line & ~(nuint)(Vector128<byte>.Count - 1));
            uint ends = ReportLine.Ends(block) & (uint.MaxValue << (int)(line - block));
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
                    return null;
                }
            }
            while (*line != *text || line[name.Length - 1] != last || !Begins(line, text, name.Length) || ReportLine.Mark(line) != line + name.Length);
        }

        return Add(directory, line, line + name.Length, new ReadOnlySpan<byte>(line, name.Length), hash, place.Argument);
    }

    private static void List(FileNode* directory)
    {
        ReportEntry place = new(directory);
        for (byte* line = FirstOf(place.Line); *line != '\n'; line = ReportLine.Next(line))
        {
            int length = (int)(ReportLine.Mark(line) - line);
            if (length > 1 && line[length - 2] == '#')
            {
                ListNumbered(directory, line, length - 2);
            }
            else if (length != 0)
            {
                ReadOnlySpan<byte> name = new(line, length);
                uint hash = DirectoryIndex.HashOf(name);
                if (DirectoryIndex.Find(directory, name, hash) == null)
                {
                    _ = Add(directory, line, line + length, name, hash, place.Argument);
                }
            }
        }
    }

    private static void ListNumbered(FileNode* directory, byte* line, int prefix)
    {
        RemoveGone(directory, line);
        byte* memory = stackalloc byte[LongestName];
        for (int number = -1; (number = ReportNumbers.Next(line[prefix + 1], number + 1)) >= 0;)
        {
            TextBuffer made = new(new Span<byte>(memory, LongestName));
            made.Append(new ReadOnlySpan<byte>(line, prefix));
            made.Append((ulong)number);
            uint hash = DirectoryIndex.HashOf(made.Written);
            _ = UpdateOne(directory, line, prefix, number, made.Written, hash, DirectoryIndex.Find(directory, made.Written, hash));
        }
    }

    // The first line below the heads of a section.
    private static byte* FirstOf(byte* line)
    {
        while (*line == '/')
        {
            line = ReportLine.Next(line);
        }

        return line;
    }

    private static void RemoveGone(FileNode* directory, byte* line)
    {
        for (DirectoryEntry* entry = directory->FirstEntry; entry != null;)
        {
            DirectoryEntry* next = entry->Next;
            int number = NumberIn(entry->Text, line, out int prefix);
            if (number >= 0)
            {
                _ = UpdateOne(directory, line, prefix, number, entry->Text, 0, entry);
            }

            entry = next;
        }
    }

    // Makes or removes the entry of a number, and says which there is then.
    private static DirectoryEntry* UpdateOne(FileNode* directory, byte* line, int prefix, int number, ReadOnlySpan<byte> name, uint hash, DirectoryEntry* entry)
    {
        bool isThere = ReportNumbers.Next(line[prefix + 1], number) == number;
        if (entry != null && !isThere)
        {
            Remove(entry);
            return null;
        }

        if (entry == null && isThere)
        {
            entry = Add(directory, line, line + prefix + 2, name, hash, ReportEntry.Append(new ReportEntry(directory).Argument, number));
            if (entry != null)
            {
                // Cores, caches, memory nodes and the process stay.
                entry->Node->ComesAndGoes |= line[prefix + 1] is (byte)'T' or (byte)'F';
            }
        }

        return entry;
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
    private static DirectoryEntry* Add(FileNode* directory, byte* line, byte* mark, ReadOnlySpan<byte> name, uint hash, ulong argument)
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

        node->FileSystem = directory->FileSystem;
        node->ComesAndGoes = directory->ComesAndGoes;
        if (node->IsRegular)
        {
            node->Operations = FileOperations.Report;
            node->Seals |= FileSeals.Grow | FileSeals.Shrink;
            node->Size = node->FileSystem == FileSystemKind.System ? (ulong)KernelPages.Size : 0;
        }
        else if (*mark == '/')
        {
            node->Names = Directories;
            line = ReportTable.Section(mark[1]);
            node->FileSystem = mark[2] == '2' ? FileSystemKind.ControlGroups : node->FileSystem;
        }
        else
        {
            // As Linux has it for links to descriptors.
            node->Size = *mark == '@' && mark[1] == 'f' ? 64u : 0;
            node->Names = *mark == '>' ? TextLinks : FileLinks;
        }

        node->Object = new ReportEntry(line, argument).Object;
        fixed (byte* text = name)
        {
            // A name of the table stays where it is.
            DirectoryEntry* entry = text == first ? FileTree.AddLasting(directory, text, name.Length, hash, node) : FileTree.Add(directory, name, hash, node);
            FileTree.DropLater(node);
            return entry;
        }
    }

    // The number in a name that a line of a prefix, '#' and a letter stands for; -1 if it is none, or one with zeros in front.
    private static int NumberIn(ReadOnlySpan<byte> name, byte* line, out int prefix)
    {
        const int MostDigits = 6;
        int at = 0;
        while (line[at] >= '0' && at < name.Length && name[at] == line[at])
        {
            at++;
        }

        prefix = at;
        int digits = name.Length - at;
        if (line[at] != '#' || digits is <= 0 or > MostDigits || (name[at] == '0' && digits > 1))
        {
            return -1;
        }

        int number = 0;
        for (; at < name.Length; at++)
        {
            uint digit = name[at] - (uint)'0';
            if (digit > 9)
            {
                return -1;
            }

            number = (number * 10) + (int)digit;
        }

        return number;
    }
}
