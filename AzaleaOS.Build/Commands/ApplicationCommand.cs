using System.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea check-application</c>, <c>build-application</c>: what the MSBuild targets call for a C# program, not the user.</summary>
internal sealed class ApplicationCommand : Command
{
    private readonly Argument<string> _request = new("FILE") { Description = "The description of the program that the targets wrote." };

    private ApplicationCommand(string name, string description, Action<ApplicationBuild> action)
        : base(name, description)
    {
        Hidden = true;
        Arguments.Add(_request);
        SetAction(parsed =>
        {
            action(new ApplicationBuild(ApplicationRequest.Read(parsed.GetRequiredValue(_request))));
            return ExitStatus.Success;
        });
    }

    internal static ApplicationCommand CreateCheck() => new("check-application", "Look for what cannot work in a C# program.", build =>
    {
        foreach (string warning in build.Check())
            Console.Out.WriteLine(warning);
    });

    internal static ApplicationCommand CreateBuild() => new("build-application", "Make the image of a C# program.", build => build.Run());
}
