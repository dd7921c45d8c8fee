using System.Security.Cryptography;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Machines.Sdk;

public sealed class DeterminismTests : IDisposable
{
    private static readonly string[] s_produced = ["bin", "obj", "artifacts", ".git", ".vs", "TestResults"];

    private readonly DirectoryInfo _clone = Directory.CreateTempSubdirectory("a-clone-whose-path-is-longer-");

    public void Dispose() => _clone.Delete(recursive: true);

    [Fact]
    public void A_clone_at_another_path_gives_the_same_kernel_and_disc_bit_for_bit()
    {
        Copy(new DirectoryInfo(SourceTree.Root), _clone.FullName);
        ToolResult result = DotNetProcess.Run(_clone.FullName, ["build", "UserApps/Runner", "-c", SourceTree.Configuration, "--nologo", "-v", "quiet"]);
        result.Succeeds();

        foreach (string name in (string[])["Runner.stripped.elf", "Runner.elf", "Runner.iso"])
        {
            string built = Path.Combine("UserApps", "Runner", "bin", SourceTree.Configuration, "net10.0", name);
            Assert.Equal((name, HashOf(Path.Combine(SourceTree.Root, built))), (name, HashOf(Path.Combine(_clone.FullName, built))));
        }
    }

    private static string HashOf(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (FileInfo file in from.GetFiles().Where(file => !s_produced.Contains(file.Name)))
            file.CopyTo(Path.Combine(to, file.Name));
        foreach (DirectoryInfo folder in from.GetDirectories().Where(folder => !s_produced.Contains(folder.Name)))
            Copy(folder, Path.Combine(to, folder.Name));
    }
}
