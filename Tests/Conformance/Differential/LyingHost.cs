namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>A kernel that answers madvise with 7 where it should be 0.</summary>
internal sealed class LyingHost(IScriptHost honest) : IScriptHost
{
    public (string Output, int Status) Run(string script, int first)
    {
        (string output, int status) = honest.Run(script, first);
        string[][] programs = [.. script.Split("P ")[1..].Select(program => program.Split('\n')[1..])];
        int number = first - 1;
        int line = 0;
        return (string.Join('\n', output.Split('\n').Select(Answer)), status);

        string Answer(string answer)
        {
            if (answer.StartsWith("P ", StringComparison.Ordinal))
            {
                number++;
                line = 0;
                return answer;
            }

            bool isMadvise = number >= first && line < programs[number].Length && programs[number][line++].StartsWith("ci 1c ", StringComparison.Ordinal);
            return isMadvise && answer.EndsWith(" 0", StringComparison.Ordinal) ? answer[..^1] + "7" : answer;
        }
    }
}
