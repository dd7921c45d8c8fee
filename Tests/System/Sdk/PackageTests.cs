using System.Text.Json;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.StackTraces;

namespace AzaleaOS.Tests.Machines.Sdk;

/// <summary>The way of a new user from "dotnet new azalea" to a booted image, in a clean folder.</summary>
[Collection(PackageCollection.Name)]
public sealed class PackageTests(NewUser user)
{
    [Fact]
    public void A_program_of_the_template_becomes_an_image_that_runs()
    {
        user.Make("my-app");
        user.Dotnet("my-app", "build", "--nologo").Succeeds();
        string output = Path.Combine(user["my-app"], "bin", "Debug", "net10.0");
        Assert.True(File.Exists(Path.Combine(output, "my-app.elf")));
        Assert.True(File.Exists(Path.Combine(output, "my-app.iso")));

        ToolResult run = user.Dotnet("my-app", "run", "--no-build").Succeeds();

        Assert.Contains(
            "Hello from azalea, a machine of 2 cores.\nFiles of this folder are in the root of the image.\nThe sum of the first million numbers is 500000500000.\n",
            run.Output, StringComparison.Ordinal);

        // The archive has the program as it was built, and says how it is promoted unless the project does not want that.
        byte[] archive = File.ReadAllBytes(Path.Combine(output, "my-app.cpio"));
        Assert.True(archive.AsSpan().IndexOf(File.ReadAllBytes(Path.Combine(output, "my-app.elf"))) > 0);
        Assert.True(archive.AsSpan().EndsWith("azpromo\0"u8));
        user.Dotnet("my-app", "build", "--nologo", "-p:AzaleaPromote=false").Succeeds();
        Assert.False(File.ReadAllBytes(Path.Combine(output, "my-app.cpio")).AsSpan().EndsWith("azpromo\0"u8));
    }

    [Fact]
    public void A_kernel_of_the_template_becomes_an_image_that_runs()
    {
        user.Make("my-kernel", "--kind", "kernel");
        ToolResult run = user.Dotnet("my-kernel", "run").Succeeds();
        Assert.True(File.Exists(DebuggedFile("my-kernel")));
        Assert.Contains("my_kernel has booted.\nHello from the kernel.\n", run.Output, StringComparison.Ordinal);

        ToolResult bochs = user.Dotnet("my-kernel", "run", "--no-build", "-p:Launch=Bochs").Succeeds();
        Assert.Contains("my_kernel has booted.\nHello from the kernel.\n", bochs.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AZ7940", "<TargetFramework>net9.0</TargetFramework>", "")]
    [InlineData("AZ7941", "", "<NativeLibrary Include=\"nowhere.a\" />")]
    [InlineData("AZ7943", "<AzaleaWorkingDirectory>here</AzaleaWorkingDirectory>", "")]
    [InlineData("AZ7943", "<AzaleaPromote>maybe</AzaleaPromote>", "")]
    [InlineData("AZ7943", "", "<AzaleaEnvironment Include=\"LANG\" />")]
    public void What_cannot_work_is_an_error_of_the_build(string code, string property, string item)
    {
        string project = Guid.NewGuid().ToString("N");
        user.Make(project);
        string file = Path.Combine(user[project], project + ".csproj");
        File.WriteAllText(file, File.ReadAllText(file).Replace("</Project>", $"<PropertyGroup>{property}</PropertyGroup><ItemGroup>{item}</ItemGroup></Project>", StringComparison.Ordinal));

        ToolResult build = user.Dotnet(project, "build", "--nologo");

        Assert.NotEqual(0, build.Status);
        Assert.Contains($"error {code}: ", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_would_be_loaded_at_run_time_is_an_error_that_names_the_method()
    {
        user.Make("loader");
        File.WriteAllText(Path.Combine(user["loader"], "Program.cs"), """
            Console.WriteLine(Native.Version());

            internal static class Native
            {
                [System.Runtime.InteropServices.DllImport("sqlite3", EntryPoint = "sqlite3_libversion_number")]
                internal static extern int Version();
            }
            """);

        ToolResult build = user.Dotnet("loader", "build", "--nologo");

        Assert.NotEqual(0, build.Status);
        Assert.Contains("error AZ7944: Native.Version is in the native library sqlite3", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_native_function_that_no_library_has_is_an_error_that_names_it()
    {
        user.Make("lost");
        string file = Path.Combine(user["lost"], "lost.csproj");
        File.WriteAllText(file, File.ReadAllText(file).Replace("</Project>", "<ItemGroup><DirectPInvoke Include=\"nowhere\" /></ItemGroup></Project>", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(user["lost"], "Program.cs"), """
            Console.WriteLine(Native.Version());

            internal static class Native
            {
                [System.Runtime.InteropServices.DllImport("nowhere", EntryPoint = "nowhere_version")]
                internal static extern int Version();
            }
            """);

        ToolResult build = user.Dotnet("lost", "build", "--nologo");

        Assert.NotEqual(0, build.Status);
        Assert.Contains("error AZ7947: ", build.Output, StringComparison.Ordinal);
        Assert.Contains("undefined reference to `nowhere_version'", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_is_run_by_the_Sideloader_with_its_options_and_without_the_command_that_is_said()
    {
        user.Make("lent");
        File.WriteAllText(Path.Combine(user["lent"], "Program.cs"), """
            File.WriteAllText("result", File.ReadAllText("/given").ToUpperInvariant() + string.Join(' ', args));
            Console.WriteLine(string.Join(' ', Directory.GetFiles("/").Order()));
            return 7;
            """);
        user.Dotnet("lent", "build", "--nologo").Succeeds();

        ToolResult missing = user.Dotnet("lent", "run", "--no-build", "-p:Launch=Sideloader", "-p:SideloaderCommand=/nowhere/sideloader");
        Assert.NotEqual(0, missing.Status);
        Assert.Contains("error AZ7914: there is no command /nowhere/sideloader", missing.Output + missing.Errors, StringComparison.Ordinal);

        // Says what it was called with, in place of the command itself.
        string command = Path.Combine(user["lent"], "sideloader");
        File.WriteAllText(command, "#!/bin/sh\nprintf '%s|' \"$@\"\nexit 3\n");
        File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        ToolResult run = user.Dotnet("lent", "run", "--no-build", "-p:Launch=Sideloader", "-p:SideloaderRoot=some tree", "-p:SideloaderOptions=--read-only", $"-p:SideloaderCommand={command}", "--", "one", "--two");
        Assert.Equal(3, run.Status);
        string program = Path.Combine(user["lent"], "bin", "Debug", "net10.0", "lent.elf");
        Assert.EndsWith($"run|{program}|--mem|256M|--cpus|2|--cwd|/|--root|some tree|--read-only|--|one|--two|", run.Output);

        // And the command itself, with a directory of this host.
        string tree = Directory.CreateDirectory(Path.Combine(user["lent"], "tree")).FullName;
        File.WriteAllText(Path.Combine(tree, "given"), "from here ");
        string image = Built("UserApps/Sideloaded", "Sideloaded.stripped.elf");
        run = user.Dotnet("lent", "run", "--no-build", "-p:Launch=Sideloader", $"-p:SideloaderRoot={tree}", $"-p:SideloaderOptions=--accel tcg --image {image}", $"-p:SideloaderCommand={Built("Sideloader", "sideloader")}", "--", "and", "there");
        Assert.True(run.Status == 7, $"{run.Status} {run.Output} {run.Errors}");
        Assert.EndsWith("/given /result\n", run.Output, StringComparison.Ordinal);
        Assert.Equal("FROM HERE and there", File.ReadAllText(Path.Combine(tree, "result")));
    }

    // What a project has built, which is built with this one.
    private static string Built(string folder, string name)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string repository = framework.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(repository, folder, "bin", framework.Parent.Name, framework.Name, name);
    }

    [Fact]
    public void A_program_linked_into_the_image_is_made_from_the_package_and_boots_from_its_disc()
    {
        user.Make("joined");
        string file = Path.Combine(user["joined"], "joined.csproj");
        File.WriteAllText(file, File.ReadAllText(file).Replace("</Project>", "<PropertyGroup><AzaleaLinked>true</AzaleaLinked></PropertyGroup></Project>", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(user["joined"], "Program.cs"), """
            if (args is ["fail"])
                throw new InvalidOperationException("as asked");
            using var ready = new KernelSemaphore();
            new Thread(() => ready.Post()).Start();
            ready.Wait();
            Console.WriteLine($"{Azalea.GetPid() == Environment.ProcessId}, one of {Topology.CoreCount}, {Topology.Nodes.Count} node");
            return 5;
            """);
        user.Dotnet("joined", "build", "--nologo").Succeeds();

        ToolResult run = user.Dotnet("joined", "run", "--no-build");
        Assert.Equal(5, run.Status);
        Assert.EndsWith("True, one of 2, 1 node\n", run.Output, StringComparison.Ordinal);
        ToolResult failed = user.Dotnet("joined", "run", "--no-build", "--", "fail");
        Assert.Equal(134, failed.Status);
        Assert.Contains("/joined/Program.cs:line 2", failed.Errors, StringComparison.Ordinal);

        // What gdb is given has the program's lines; the joined file has none.
        Assert.NotNull(TraceSymbols.Load(DebuggedFile("joined")));

        MachineResult disc = Machine.Run(new MachineDescription
        {
            Iso = Path.Combine(user["joined"], "bin", "Debug", "net10.0", "joined.iso"),
            Memory = MemorySize.Mebibytes(128),
            Timeout = TimeSpan.FromMinutes(2),
        });
        Assert.Equal((5, "True, one of 1, 1 node\n"), (disc.Status, disc.Output));
    }

    [Fact]
    public void The_machine_for_VMware_has_the_disc_the_cores_and_the_memory_of_the_project()
    {
        user.Make("shown");
        ToolResult run = user.Dotnet("shown", "msbuild", "-restore", "-t:AzaleaRunArguments", "-p:Launch=VMware", "-p:QemuMemory=320", "-p:EnableGDB=true", "-getProperty:RunCommand", "-getProperty:RunArguments").Succeeds();
        string machine = Path.Combine(user["shown"], "bin", "Debug", "net10.0", "shown.vmx");
        Assert.Contains("\"vmplayer\"", run.Output, StringComparison.Ordinal);
        Assert.Contains(machine, run.Output, StringComparison.Ordinal);

        // Each line is a name, = and a value in quotation marks, and each name is there once.
        Dictionary<string, string> values = File.ReadAllLines(machine).Select(line => line.Split(" = ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.All(values.Values, value => Assert.Matches("^\"[^\"]+\"$", value));
        Assert.Equal($"\"{Path.ChangeExtension(machine, ".iso")}\"", values["ide1:0.fileName"]);
        Assert.Equal(("\"320\"", "\"2\"", "\"other-64\"", "\"TRUE\""), (values["memsize"], values["numvcpus"], values["guestOS"], values["debugStub.listen.guest64"]));
    }

    // The file that VS Code's profile gives to gdb.
    private string DebuggedFile(string project)
    {
        using JsonDocument profile = JsonDocument.Parse(File.ReadAllText(Path.Combine(user[project], ".vscode", "launch.json")));
        return profile.RootElement.GetProperty("configurations")[0].GetProperty("program").GetString()!.Replace("${workspaceFolder}", user[project], StringComparison.Ordinal);
    }
}
