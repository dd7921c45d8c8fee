using AzaleaOS.Abi;

namespace AzaleaOS.Boot;

/// <summary>Reads what was linked into the image: a module like those of the loader, and a command line that names the program.</summary>
internal static class ImageProgram
{
    /// <summary>Adds the module. Its command line is added to one that has no word <c>--</c>, and so no program.</summary>
    /// <param name="source">What the loader gave has been read.</param>
    /// <param name="start">See <see cref="LinkedProgram"/>.</param>
    /// <param name="length">Bytes.</param>
    internal static BootError Read(scoped BootSource source, PhysicalAddress start, uint length)
    {
        if (!source.Window.Contains(start, length) || !source.Window.TryGetString(start, (int)Math.Min(length, CommandLineBuffer.Capacity) - 1, out ByteString words))
        {
            return source.Fail(BootError.BadModule, start.Value);
        }

        ulong archive = PageSize.AlignUp((ulong)words.Length + 1, LinkedProgram.Alignment);
        BootError error = length > archive ? source.AddModule(start.Value + archive, length - archive, 0, 0) : source.Fail(BootError.BadModule, start.Value);
        return error is not BootError.None || NamesProgram(source.CommandLine) ? error : source.AddToCommandLine(words.Span, start.Value);
    }

    /// <summary>Whether a command line has a word <c>--</c> outside of double quotes.</summary>
    private static bool NamesProgram(ReadOnlySpan<byte> line)
    {
        bool isQuoted = false;
        int start = 0;
        for (int i = 0; i <= line.Length; i++)
        {
            if (i == line.Length || (!isQuoted && line[i] is (byte)' ' or (byte)'\t'))
            {
                if (line[start..i].SequenceEqual("--"u8))
                {
                    return true;
                }

                start = i + 1;
            }
            else if (line[i] == '"' && (i == 0 || line[i - 1] != '\\'))
            {
                isQuoted = !isQuoted;
            }
        }

        return false;
    }
}
