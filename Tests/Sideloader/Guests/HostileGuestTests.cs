using System.Diagnostics;
using System.Globalization;
using AzaleaOS.Bench.Guests;
using AzaleaOS.Build.Launching;
using AzaleaOS.Tests.Sideloader.Driving;
using AzaleaOS.Tests.Sideloader.Unikernels;

namespace AzaleaOS.Tests.Sideloader.Guests;

/// <summary>A guest in ring 0 that writes nonsense into the rings, and changes it while the daemon reads, on two cores.</summary>
/// <remarks>
/// <c>AZALEA_HOSTILE_CHAINS</c> is how many chains the daemon must have given back. From a hundred thousand on nonsense is rarer: each
/// piece stops the queue, and to set it up again takes QEMU longer than thousands of chains.
/// </remarks>
public sealed class HostileGuestTests : IDisposable
{
    private const int Long = 100_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private readonly SideloaderProcess _sideloader = new();

    public void Dispose() => _sideloader.Dispose();

    [Fact]
    public async Task The_daemon_stops_the_queue_at_each_broken_rule_and_serves_a_good_request_in_the_end()
    {
        int chains = int.Parse(Environment.GetEnvironmentVariable("AZALEA_HOSTILE_CHAINS") ?? "3000", CultureInfo.InvariantCulture);
        string program = Path.Combine(_sideloader.Runtime, "hostile");
        HostProgram.Compile("hostile", program);
        string root = Directory.CreateDirectory(Path.Combine(_sideloader.Runtime, "root")).FullName;
        string socket = Path.Combine(_sideloader.Runtime, "fs");
        using Process daemon = _sideloader.Start("virtiofs", "--socket", socket, "--root", root);
        Task<string> said = daemon.StandardError.ReadToEndAsync();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(socket) || daemon.HasExited, s_patience));

        // The program knows where the memory of the machine ends.
        var memory = MemorySize.Mebibytes(256);
        MachineResult result = Machine.Run(new MachineDescription
        {
            Kernel = Unikernel.Image("Runner"),
            Initramfs = program,
            CommandLine = ["--", "/program", $"{chains}", chains < Long ? "1" : "20"],
            Cpus = 2,
            Memory = memory,
            ExtraArguments = LinuxGuest.VirtioFs(socket, "host", memory, 1),
            Timeout = s_patience,
        });

        Assert.Equal((MachineEnding.Exited, 0), (result.Ending, result.Status));
        Assert.StartsWith("chains done, resets some, answered\n", result.Output, StringComparison.Ordinal);
        // Had it read or written outside the guest's memory, it would have ended by a signal, most likely.
        Assert.True(daemon.WaitForExit(s_patience), "the daemon does not end");
        Assert.Equal(0, daemon.ExitCode);
        string[] complaints = (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(complaints, line => Assert.StartsWith("sideloader: queue 1 is stopped until the driver resets it: ", line, StringComparison.Ordinal));
        string[] kinds =
        [
            "64 bytes at 0x10000000, is not in the guest's memory",
            "chain 2 has a loop or more than",
            "descriptor 2 of chain 2 goes on at 64 of 64",
            "descriptor 3 of chain 2 is to be read, behind one to be written",
            "the indirect table of chain 2 has 24 bytes",
            "the indirect table of chain 2, 32 bytes at 0x10000000, is not in the guest's memory",
            "descriptor 2 of chain 2 is indirect and has a next one",
            "descriptor 0 of the indirect table of chain 2 is indirect itself",
            "the available entry 1 names descriptor 64 of 64",
            "the available index is 66, 65 ahead, with 0 of 64 chains in flight",
        ];
        Assert.All(kinds, kind => Assert.Contains(complaints, line => line.Contains(kind, StringComparison.Ordinal)));
    }
}
