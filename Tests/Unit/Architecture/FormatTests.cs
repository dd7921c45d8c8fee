using System.Diagnostics;

namespace AzaleaOS.Tests.Unit.Architecture;

public sealed class FormatTests
{
    [Fact]
    public async Task The_source_is_formatted_as_the_editor_configuration_says()
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            // Style and analyzers speak up in every build already; white space does not.
            ArgumentList = { "format", "whitespace", ".", "--folder", "--verify-no-changes", "--exclude", "**/obj/" },
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, $"run: dotnet format AzaleaOS.sln\n{await output}{await errors}");
    }
}
