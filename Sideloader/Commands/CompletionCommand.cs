using System.CommandLine;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader completion</c>: the script that lets a shell complete this command's words.</summary>
internal sealed class CompletionCommand : Command, IHasExamples
{
    private const string Bash =
        """
        _sideloader() {
            local line=${COMP_LINE:0:COMP_POINT} words
            words=$(sideloader "[suggest:${#line}]" "$line" 2>/dev/null)
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -F _sideloader sideloader

        """;

    private const string Zsh =
        """
        #compdef sideloader
        _sideloader() {
            local line="${BUFFER[1,CURSOR]}"
            local -a words
            words=("${(@f)$(sideloader "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -a words || _files
        }
        compdef _sideloader sideloader

        """;

    private const string Fish =
        """
        function __sideloader_complete
            set -l line (commandline -cp)
            sideloader "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c sideloader -a '(__sideloader_complete)'

        """;

    private readonly Argument<string> _shell = new("SHELL") { Description = "bash, zsh or fish." };

    private CompletionCommand()
        : base("completion", "Print the script that lets a shell complete the words of this command.")
    {
        _shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Arguments.Add(_shell);
        SetAction(parsed =>
        {
            Console.Write(parsed.GetRequiredValue(_shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitStatus.Success;
        });
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "source <(sideloader completion bash)",
        "sideloader completion fish > ~/.config/fish/completions/sideloader.fish",
    ];

    internal static CompletionCommand Create() => new();
}
