using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Requirements;

namespace AzaleaOS.Tests.Unit.Requirements;

/// <summary>The doctor on a host that is made up of scripts.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("azalea-test-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void On_a_bare_host_everything_is_missing_and_one_command_installs_it()
    {
        HostSystem system = Host(codename: "bookworm", isRoot: true);
        IReadOnlyList<ToolState> states = ToolState.OfAll(ToolCatalog.All, system);
        Assert.All(states, state => Assert.Equal(ToolCondition.Missing, state.Condition));
        InstallPlan plan = InstallPlan.For(states.Select(state => state.Tool), system);
        Assert.Equal(
            [
                "echo 'deb http://deb.debian.org/debian bookworm-backports main' > /etc/apt/sources.list.d/azalea-backports.list",
                "apt-get update -qq",
                "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends -t bookworm-backports qemu-system-x86",
                "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends " + string.Join(' ', ToolCatalog.All.SelectMany(tool => tool.Packages).Where(package => package != "qemu-system-x86")),
            ],
            plan.Commands);
        Assert.Equal(["dotnet: https://dotnet.microsoft.com/download/dotnet/10.0"], plan.Hints);
    }

    [Fact]
    public void What_only_tests_need_is_asked_for_with_the_tests_only()
    {
        HostSystem system = Host(codename: "bookworm", isRoot: true);
        Assert.All(ToolState.OfAll(ToolCatalog.TestPrograms, system), state => Assert.Equal(ToolCondition.Missing, state.Condition));
        InstallPlan plan = InstallPlan.For(ToolCatalog.TestPrograms, system);
        Assert.Contains("golang-go", plan.Packages);
        Assert.Empty(plan.Hints);
        string[] forUsers = [.. ToolCatalog.All.SelectMany(tool => tool.Packages)];
        Assert.Equal(["lld"], plan.Packages.Intersect(forUsers));
    }

    [Fact]
    public void A_host_that_knows_backports_or_is_newer_needs_no_other_source()
    {
        Tool qemu = Tool("qemu-system-x86_64");
        Assert.Equal(2, InstallPlan.For([qemu], Host("bookworm", isRoot: true, hasBackports: true)).Commands.Count);
        Assert.Equal(
            ["apt-get update -qq", "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends qemu-system-x86"],
            InstallPlan.For([qemu], Host("trixie", isRoot: true)).Commands);
    }

    [Fact]
    public void Who_is_not_root_is_told_to_use_sudo()
    {
        HostSystem system = Host("trixie", isRoot: false);
        Assert.StartsWith("sudo sh -c 'apt-get update", InstallPlan.For([Tool("xorriso")], system).OneLine(system), StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_are_read_and_an_old_one_is_named()
    {
        Install("qemu-system-x86_64", "QEMU emulator version 7.2.18 (Debian 1:7.2+dfsg-7)");
        ToolState state = ToolState.Of(Tool("qemu-system-x86_64"), Host("bookworm", isRoot: true));
        Assert.Equal((ToolCondition.Old, "7.2.18"), (state.Condition, state.Version));
        Install("qemu-system-x86_64", "QEMU emulator version 10.0.2");
        Assert.Equal(ToolCondition.Good, ToolState.Of(Tool("qemu-system-x86_64"), Host("bookworm", isRoot: true)).Condition);
    }

    [Fact]
    public void A_file_that_cannot_be_executed_is_no_program()
    {
        Install("xorriso", "xorriso 1.5.4");
        HostSystem system = Host("trixie", isRoot: true);
        Assert.Equal(ToolCondition.Good, ToolState.Of(Tool("xorriso"), system).Condition);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(_root.FullName, "bin", "xorriso"), UnixFileMode.UserRead);
        Assert.Equal(ToolCondition.Missing, ToolState.Of(Tool("xorriso"), system).Condition);
    }

    [Fact]
    public void A_tool_is_there_only_with_all_its_files()
    {
        Install("bochs", "Bochs x86 Emulator 2.7");
        HostSystem system = Host("bookworm", isRoot: true);
        Assert.Null(Tool("bochs").Locate(system.Tools));
        foreach (string file in Tool("bochs").Data)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_root.FullName + file)!);
            File.WriteAllText(_root.FullName + file, "");
        }

        Assert.NotNull(Tool("bochs").Locate(system.Tools));
    }

    [Fact]
    public void A_link_to_a_file_that_is_not_there_is_no_file_and_no_program()
    {
        Install("bochs", "Bochs x86 Emulator 2.7");
        HostSystem system = Host("bookworm", isRoot: true);
        foreach (string file in Tool("bochs").Data)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_root.FullName + file)!);
            File.WriteAllText(_root.FullName + file, "");
        }

        // As in Debian, whose bochsbios links to a file of the package vgabios and only recommends it.
        string bios = _root.FullName + "/usr/share/bochs/VGABIOS-lgpl-latest";
        File.Delete(bios);
        File.CreateSymbolicLink(bios, "../vgabios/vgabios.bin");
        Assert.Null(Tool("bochs").Locate(system.Tools));
        Directory.CreateDirectory(_root.FullName + "/usr/share/vgabios");
        File.WriteAllText(_root.FullName + "/usr/share/vgabios/vgabios.bin", "");
        Assert.NotNull(Tool("bochs").Locate(system.Tools));

        string program = Path.Combine(_root.FullName, "bin", "bochs");
        File.Delete(program);
        File.CreateSymbolicLink(program, "bochs-2.7");
        Assert.Null(Tool("bochs").Locate(system.Tools));
    }

    [Fact]
    public void A_verb_that_lacks_a_tool_ends_with_69_and_the_exact_command()
    {
        LaunchException error = Assert.Throws<LaunchException>(
            () => Requirement.Meet(Activity.Qemu, install: false, _ => { }, Host("trixie", isRoot: true, hasApt: true), CancellationToken.None));
        Assert.Equal(ExitStatus.Unavailable, error.ExitStatus);
        Assert.Equal("missing: qemu-system-x86_64", error.Problem);
        Assert.Equal("install with:  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends qemu-system-x86", error.Advice);
    }

    [Fact]
    public void A_verb_asks_for_its_own_tools_alone()
    {
        HostSystem system = Host("bookworm", isRoot: true);
        Assert.Equal(["qemu-system-x86_64"], ToolCatalog.Missing(Activity.Qemu, system).Select(tool => tool.Name));
        Assert.Contains(ToolCatalog.Missing(Activity.Uefi, system), tool => tool.Name == "OVMF");
        Assert.DoesNotContain(ToolCatalog.Missing(Activity.Iso, system), tool => tool.Name is "OVMF" or "bochs" or "qemu-system-x86_64");
    }

    [Fact]
    public void The_distribution_is_read_from_os_release()
    {
        string file = Path.Combine(_root.FullName, "os-release");
        File.WriteAllText(file, "ID=debian\nVERSION_CODENAME=\"bookworm\"\n");
        Assert.Equal("bookworm", HostSystem.ReadCodename(file));
        Assert.Equal("", HostSystem.ReadCodename("/no/such/file"));
    }

    private static Tool Tool(string name) => ToolCatalog.All.Single(tool => tool.Name == name);

    private HostSystem Host(string codename, bool isRoot, bool hasBackports = false, bool hasApt = false)
    {
        if (hasApt)
            Install("apt-get", "");
        return new HostSystem(new HostTools([Path.Combine(_root.FullName, "bin")], _root.FullName), codename, isRoot, hasBackports);
    }

    private void Install(string name, string says)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(_root.FullName, "bin")).FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\necho '{says}'\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
