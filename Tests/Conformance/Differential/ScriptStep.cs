using System.Collections.Immutable;
using System.Text;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>A step of a program: a call with what goes before it, or a look at memory.</summary>
/// <param name="Id">Its name within its program, kept when other steps go.</param>
/// <param name="Kind">c a call, f fill, m the pages, kr and kw touch.</param>
/// <param name="Call">The call.</param>
/// <param name="Words">Arguments.</param>
/// <param name="Before">Memory.</param>
/// <param name="After">What is replaced afterwards.</param>
internal sealed record ScriptStep(int Id, string Kind, Syscall? Call, ImmutableArray<Word> Words, ImmutableArray<Poke> Before, ImmutableArray<string> After)
{
    /// <summary>What it is called in lists of differences.</summary>
    internal string Name => Call?.Name ?? Kind switch { "m" => "pages", "f" => "fill", _ => "touch" };

    /// <summary>Lines of the script that it takes.</summary>
    internal int Lines => Before.Length + 1;

    /// <summary>Writes it.</summary>
    internal void Append(StringBuilder script, Func<int, int?> lineOf)
    {
        foreach (Poke poke in Before)
        {
            script.Append(poke.IsWide ? 'w' : 'i').Append(' ').Append(Word.Hex(poke.Offset));
            AppendWords(poke.Words);
            script.Append('\n');
        }

        script.Append(Kind);
        if (Call is not null)
            script.Append(Call.Comparison).Append(' ').Append(Word.Hex(Call.Number));
        AppendWords(Words);
        if (After.Length > 0)
            script.Append(" ; ").AppendJoin(' ', After);
        script.Append('\n');

        void AppendWords(ImmutableArray<Word> words)
        {
            foreach (Word word in words)
                script.Append(' ').Append(word.ToScript(lineOf));
        }
    }
}
