using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;

namespace AzaleaOS.Files.Reports;

/// <summary>The pieces of text in /proc and /sys that are more than a number, by group and letter.</summary>
internal static unsafe class ReportPieces
{
    // Columns of /proc/self/limits.
    private const int LimitWidth = 21;

    /// <summary>Gives a resource limit by its number. Set by whoever starts the application.</summary>
    internal static delegate*<uint, ResourceLimit> LimitOf { get; set; }

    /// <summary>Writes a piece.</summary>
    /// <param name="text">Where.</param>
    /// <param name="group">L and M: lists and masks of cores and nodes; S and H: soft and hard limits, from 'a' on; N: names and parts of files.</param>
    /// <param name="item">Which.</param>
    /// <param name="argument">The numbers on the path.</param>
    internal static void Write(ReportText* text, byte group, byte item, ulong argument)
    {
        switch ((char)group)
        {
            case 'L':
                CoreSets.WriteList(text, item, argument);
                break;
            case 'M':
                CoreSets.WriteMask(text, item, argument);
                break;
            case 'N':
                Write(text, item, argument);
                break;
            default:
                WriteLimit(text, LimitOf(item - (uint)'a'), isHard: group == 'H');
                break;
        }
    }

    private static void WriteLimit(ReportText* text, ResourceLimit limit, bool isHard)
    {
        ulong value = isHard ? limit.Maximum : limit.Current;
        long end = text->Length + LimitWidth;
        if (value == ulong.MaxValue)
        {
            text->Append("unlimited"u8);
        }
        else
        {
            text->Append(value);
        }

        text->Pad(end);
    }

    private static void Write(ReportText* text, byte item, ulong argument)
    {
        int number = ReportEntry.Last(argument);
        switch ((char)item)
        {
            case 'n' or 's':
                ThreadName.Show(text, item, number);
                break;
            case 'd':
                NodeValues.WriteDistances(text, number);
                break;
            case 'y':
                text->Append(CoreValues.Of((byte)'T', argument) switch { 1 => "Data"u8, 2 => "Instruction"u8, _ => "Unified"u8 });
                break;
            case 'v' or 'b':
                ProcessorValues.WriteName(text, isBrand: item == 'b');
                break;
            case 'f':
                ProcessorValues.WriteFlags(text);
                break;
            case 'u' or 'U':
                RandomIdentifier.Write(text, isOfBoot: item == 'U');
                break;
            case 'm' or 'M':
                MapsReport.Write(text, isDetailed: item == 'M');
                break;
            case 'z':
                MemoryValues.WriteSums(text);
                break;
            case 'A' or 'E' or 'V':
                StackReport.Write(text, item == 'A' ? ProgramAddress.Arguments : item == 'E' ? ProgramAddress.Environment : ProgramAddress.Auxiliary);
                break;
            default:
                byte* lines = ReportLine.Next(ReportTable.Section(item));
                for (int core = 0; core < Cores.Count; core++)
                {
                    ReportTemplate.WriteLines(text, lines, (ulong)core);
                }

                break;
        }
    }
}
