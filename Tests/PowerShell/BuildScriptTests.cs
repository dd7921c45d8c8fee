using System.Diagnostics;
using System.Management.Automation.Language;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Scripts;

/// <summary>build.ps1 does what build.sh does, in Windows PowerShell 5.1's language.</summary>
public sealed class BuildScriptTests
{
    private static readonly string s_script = Path.Combine(SourceTree.Root, "build.ps1");

    /// <summary>What the script may call: commands of the engine itself. All else must be .NET or the dotnet command.</summary>
    private static readonly string[] s_allowedCommands = ["dotnet", "Get-Command", "ForEach-Object", "Where-Object", "Out-Null", "Set-StrictMode"];

    /// <summary>Tokens that only PowerShell 7 knows.</summary>
    private static readonly TokenKind[] s_newTokens =
        [TokenKind.AndAnd, TokenKind.OrOr, TokenKind.QuestionMark, TokenKind.QuestionQuestion, TokenKind.QuestionQuestionEquals, TokenKind.QuestionDot, TokenKind.QuestionLBracket];

    [Fact]
    public void It_is_correct_PowerShell()
    {
        Parser.ParseFile(s_script, out _, out ParseError[] errors);

        Assert.Empty(errors.Select(error => $"{error.Extent.StartLineNumber}: {error.Message}"));
    }

    [Fact]
    public void It_uses_nothing_that_Windows_PowerShell_does_not_know()
    {
        ScriptBlockAst script = Parser.ParseFile(s_script, out Token[] tokens, out _);

        Assert.DoesNotContain(tokens, token => s_newTokens.Contains(token.Kind));
        Assert.Empty(script.FindAll(node => node is TernaryExpressionAst or PipelineChainAst, searchNestedScriptBlocks: true));
    }

    [Fact]
    public void It_calls_dotnet_and_the_engine_s_own_commands_only()
    {
        ScriptBlockAst script = Parser.ParseFile(s_script, out _, out _);
        string[] functions = [.. script.FindAll(node => node is FunctionDefinitionAst, true).Cast<FunctionDefinitionAst>().Select(function => function.Name)];

        // A command whose name is computed, such as "& $dotnet", has none.
        string[] called = [.. script.FindAll(node => node is CommandAst, true).Cast<CommandAst>().Select(command => command.GetCommandName()).OfType<string>()];

        Assert.Empty(called.Except(functions, StringComparer.OrdinalIgnoreCase).Except(s_allowedCommands, StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run --help")]
    [InlineData("no-such-verb")]
    [InlineData("run --no-such-option")]
    [InlineData("run '/no such/program'")]
    [InlineData("run /no/such/program '--' -a --b")] // PowerShell keeps a bare -- to itself
    [InlineData("build '/no such/project'")]
    [InlineData("")]
    public void It_does_the_same_as_build_sh(string arguments)
    {
        // No arguments show help or do something small; never a whole build.
        ScriptResult windows = PowerShellEngine.Run($"& '{s_script}' {arguments}", SourceTree.Root);
        ScriptResult linux = Shell($"'{Path.Combine(SourceTree.Root, "build.sh")}' {arguments}");

        Assert.Equal(linux.Status, windows.Status);
        Assert.Equal(linux.Output.TrimEnd(), windows.Output.TrimEnd());
        Assert.Contains(linux.Errors.Trim(), windows.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void It_works_from_any_folder() =>
        Assert.Equal(0, PowerShellEngine.Run($"& '{s_script}' --help", Path.GetTempPath()).Status);

    [Fact]
    public void Without_the_SDK_it_says_where_to_get_it()
    {
        ScriptResult result = PowerShellEngine.Run($"$env:DOTNET_ROOT = '/nowhere'; $env:HOME = '/nowhere'; & '{s_script}' --help", SourceTree.Root, path: "/nowhere");

        Assert.NotEqual(0, result.Status);
        Assert.Contains("SDK", result.Output + result.Errors, StringComparison.Ordinal);
    }

    private static ScriptResult Shell(string command)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ScriptResult(process.ExitCode, output, errors.Result);
    }
}
