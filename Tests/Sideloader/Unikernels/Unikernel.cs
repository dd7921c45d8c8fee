using System.Diagnostics;
using AzaleaOS.Abi;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Sideloader.VhostUser;

namespace AzaleaOS.Tests.Sideloader.Unikernels;

/// <summary>A unikernel in QEMU, and its peer in a thread of this process.</summary>
internal sealed class Unikernel : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<string> _log = [];
    private readonly VhostUserServer _server;
    private readonly Thread _thread;
    private readonly Process _qemu;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;
    private Exception? _failure;

    /// <summary>Starts a program.</summary>
    /// <param name="program">A static executable.</param>
    /// <param name="options">What the peer gives.</param>
    /// <param name="arguments">Words for the program.</param>
    /// <param name="machine">More words for QEMU.</param>
    /// <param name="kernel">Options for the kernel.</param>
    /// <param name="disguise">Puts another device before that of the peer.</param>
    internal Unikernel(string program, OffloadOptions options, string[] arguments, string[]? machine = null, string kernel = "", Func<IVirtioDevice, IVirtioDevice>? disguise = null)
    {
        string socket = Path.Combine(Path.GetTempPath(), $"azalea-{Guid.NewGuid():N}");
        Device = new OffloadDevice(options);
        _server = new VhostUserServer(socket, disguise?.Invoke(Device) ?? Device, new VhostUserOptions { Strict = true, Log = Note });
        _thread = new Thread(Serve);
        _thread.Start();
        string[] words =
        [
            "-machine", "q35,memory-backend=mem", "-accel", "tcg", "-cpu", "max", "-smp", $"{options.Cores}", "-m", "256M",
            "-object", "memory-backend-memfd,id=mem,size=256M,share=on",
            "-nodefaults", "-no-user-config", "-no-reboot", "-serial", "stdio", "-display", "none",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-chardev", $"socket,id=peer,path={socket}",
            "-device", $"vhost-user-fs-pci,chardev=peer,tag=azalea-offload,num-request-queues={options.Cores},queue-size=1024",
            "-kernel", Image("Sideloaded"), "-initrd", program, "-append", $"{kernel} -- {string.Join(' ', ["/program", .. arguments])}",
            .. machine ?? [],
        ];
        _qemu = Process.Start(new ProcessStartInfo("/usr/bin/qemu-system-x86_64", words) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        _output = _qemu.StandardOutput.ReadToEndAsync();
        _errors = _qemu.StandardError.ReadToEndAsync();
    }

    internal OffloadDevice Device { get; }

    /// <summary>The machine's process.</summary>
    internal Process Machine => _qemu;

    /// <summary>An image of UserApps, built with this project.</summary>
    internal static string Image(string name)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string configuration = framework.Parent!.Name;
        string repository = framework.Parent.Parent!.Parent!.Parent!.Parent!.FullName;
        string path = Path.Combine(repository, "UserApps", name, "bin", configuration, framework.Name, name + ".stripped.elf");
        return File.Exists(path) ? path : throw new FileNotFoundException("the image was not built", path);
    }

    /// <summary>Waits for the end.</summary>
    /// <param name="isPeerDead">Whether QEMU may complain.</param>
    /// <returns>The exit status, and what was printed.</returns>
    internal (int Status, string Output) Wait(bool isPeerDead = false)
    {
        bool ended = _qemu.WaitForExit(s_patience);
        if (!ended)
            _qemu.Kill();
        string output = _output.Result.Replace("\r\n", "\n", StringComparison.Ordinal);
        Assert.True(ended, $"the machine does not end: {output} {_errors.Result} {string.Join(';', _log)} {_failure}");
        lock (_log)
            Assert.True(_log.Count == 0, $"{string.Join(';', _log)}\n{output}");
        // QEMU says that it cannot reach the peer any more.
        if (!isPeerDead)
            Assert.Equal("", _errors.Result);
        // The kernel's own last line. The machine's status says its low six bits: isa-debug-exit makes 2n + 1 of n.
        int last = output.LastIndexOf("azalea: exit ", StringComparison.Ordinal);
        Assert.True(last >= 0, $"no last line: {output}");
        int status = int.Parse(output[(last + "azalea: exit ".Length)..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(0x40 | (status & 0x3F), _qemu.ExitCode >> 1);
        return (status, output[..last].Replace($"{(char)ConsoleFraming.Separator}", "", StringComparison.Ordinal));
    }

    /// <summary>Hangs up, as a peer whose process ends.</summary>
    internal void KillPeer()
    {
        _cancellation.Cancel();
        Assert.True(_thread.Join(s_patience), "the session does not end");
    }

    public void Dispose()
    {
        if (!_qemu.HasExited)
            _qemu.Kill();
        _cancellation.Cancel();
        Assert.True(_thread.Join(s_patience), "the session does not end");
        _server.Dispose();
        Device.Dispose();
        _qemu.Dispose();
        _cancellation.Dispose();
    }

    private void Note(string line)
    {
        lock (_log)
            _log.Add(line);
    }

    private void Serve()
    {
        try
        {
            _server.ServeOne(_cancellation.Token);
        }
        catch (Exception e) when (e is IOException or VhostUserException or OperationCanceledException)
        {
            _failure = e;
        }
    }
}
