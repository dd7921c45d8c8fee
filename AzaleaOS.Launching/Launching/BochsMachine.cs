using System.Net;
using System.Net.Sockets;

namespace AzaleaOS.Build.Launching;

/// <summary>Runs descriptions in Bochs.</summary>
/// <remarks>
/// Bochs ends with status 1 whatever happened, so only the guest's own record tells. Its serial line is a connection to a
/// port of 127.0.0.1 that takes exactly one: a file would lose the streaming, and standard output belongs to its screen.
/// </remarks>
internal sealed class BochsMachine(HostTools tools)
{
    private const string Configuration = "bochsrc";
    private const string DebuggerScript = "go.rc";
    private const string Plugins = "/usr/lib/x86_64-linux-gnu/bochs/plugins";

    private static readonly string[] s_windows = ["x", "sdl2", "wx"];

    /// <summary>Starts the machine and waits for its end.</summary>
    /// <param name="machine">A checked description.</param>
    /// <param name="iso">The CD image to boot.</param>
    /// <param name="work">A directory for the files of this run.</param>
    /// <param name="serial">Where the serial line goes.</param>
    /// <param name="onMessage">Takes what Bochs itself says, noise taken out.</param>
    /// <param name="cancellation">Stops the machine.</param>
    internal (ProcessEnding Ending, int ExitCode) Run(
        MachineDescription machine, string iso, string work, SerialLine serial, Action<string> onMessage, CancellationToken cancellation)
    {
        string bochs = tools.Program("bochs", "runs the machine");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(1);
        var host = new BochsHost(
            tools.Data("is the BIOS of Bochs", "/usr/share/bochs/BIOS-bochs-latest"),
            tools.Data("is the screen BIOS of Bochs", "/usr/share/bochs/VGABIOS-lgpl-latest"),
            DisplayLibrary(machine.Display),
            ((IPEndPoint)listener.LocalEndpoint).Port);
        File.WriteAllText(Path.Combine(work, Configuration), BochsConfiguration.For(machine, host));
        string cd = Path.Combine(work, "boot.iso");
        if (!File.Exists(cd))
            File.CreateSymbolicLink(cd, Path.GetFullPath(iso));

        List<string> arguments = ["-q", "-f", Configuration];
        if (HasDebugger(bochs))
        {
            // A Bochs with a debugger waits for commands before the first instruction.
            File.WriteAllText(Path.Combine(work, DebuggerScript), "c\nquit\n");
            arguments.AddRange(["-rc", DebuggerScript]);
        }

        var process = new EmulatorProcess
        {
            FileName = bochs,
            Arguments = arguments,
            WorkingDirectory = work,
            Environment = machine.Display == MachineDisplay.None ? new Dictionary<string, string> { ["TERM"] = "xterm" } : [],
            Timeout = machine.Timeout,
            OnOutput = static _ => { },
            OnErrorLine = line =>
            {
                if (!EmulatorNoise.Matches(line))
                    onMessage(line);
            },
        };
        Thread reader = StartSerialReader(listener, serial, process);
        (ProcessEnding Ending, int ExitCode) end = process.Run(cancellation);
        listener.Stop();
        reader.Join();
        foreach (string line in serial.Complete())
            onMessage(line);
        return end;
    }

    private string DisplayLibrary(MachineDisplay display)
    {
        if (display == MachineDisplay.None)
        {
            tools.Data("shows the screen of Bochs without a window", $"{Plugins}/libbx_term_gui.so");
            return "term";
        }

        return s_windows.FirstOrDefault(library => tools.FindData($"{Plugins}/libbx_{library}_gui.so") is not null)
            ?? throw LaunchException.Unavailable("AZ7101", "Bochs has no library here that opens a window", "install it with:  apt-get install bochs-x");
    }

    private static bool HasDebugger(string bochs)
    {
        bool found = false;
        var help = new EmulatorProcess
        {
            FileName = bochs,
            Arguments = ["--help"],
            OnOutput = bytes => found |= bytes.IndexOf("-rc filename"u8) >= 0,
            OnErrorLine = line => found |= line.Contains("-rc filename", StringComparison.Ordinal),
            Timeout = TimeSpan.FromSeconds(10),
        };
        help.Run(CancellationToken.None);
        return found;
    }

    private static Thread StartSerialReader(TcpListener listener, SerialLine serial, EmulatorProcess process)
    {
        var thread = new Thread(() =>
        {
            try
            {
                using Socket line = listener.AcceptSocket();
                byte[] buffer = new byte[16 * 1024];
                int count;
                while ((count = line.Receive(buffer)) > 0)
                {
                    serial.Write(buffer.AsSpan(0, count));
                    if (serial.ExitStatus is not null)
                        process.GuestIsDone();
                }
            }
            catch (SocketException)
            {
                // The machine is gone, and perhaps never opened its line.
            }
        })
        {
            Name = "Bochs serial line",
            IsBackground = true,
        };
        thread.Start();
        return thread;
    }
}
