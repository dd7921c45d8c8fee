using System.CommandLine;

namespace AzaleaOS.Sideloader.Commands;

/// <summary>The command line of the Linux peer.</summary>
internal static class SideloaderCommand
{
    internal static RootCommand Create() => new("The Linux peer of AzaleaOS.") { VirtioFsCommand.Create() };
}
