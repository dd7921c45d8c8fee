namespace AzaleaOS.Build.Launching;

/// <summary>Runs descriptions in QEMU.</summary>
internal sealed class QemuMachine(HostTools tools)
{
    private const string Program = "qemu-system-x86_64";

    /// <summary>Starts the machine and waits for its end.</summary>
    /// <param name="machine">A checked description.</param>
    /// <param name="iso">The CD image to boot, or null.</param>
    /// <param name="work">A directory for the files of this run.</param>
    /// <param name="serial">Where the serial line goes.</param>
    /// <param name="streams">What writes what the serial line hears, and who hears of the process.</param>
    /// <param name="onMessage">Takes what QEMU itself says, noise taken out.</param>
    /// <param name="cancellation">Stops the machine.</param>
    internal (ProcessEnding Ending, int ExitCode) Run(
        MachineDescription machine, string? iso, string work, SerialLine serial, MachineStreams streams, Action<string> onMessage, CancellationToken cancellation)
    {
        string qemu = tools.Program(Program, "runs the machine");
        Accelerator accelerator = KvmProbe.Decide(machine, qemu);
        QemuFiles files = new(iso);
        if (machine.Firmware == Firmware.Uefi)
        {
            string variables = Path.Combine(work, "ovmf-vars.fd");
            File.Copy(tools.Data("is the memory of the UEFI firmware", "/usr/share/OVMF/OVMF_VARS_4M.fd", "/usr/share/OVMF/OVMF_VARS.fd"), variables);
            string code = tools.Data("is the UEFI firmware", "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_CODE.fd");
            files = files with { FirmwareCode = code, FirmwareVariables = variables };
        }

        // QEMU's own words wait until the guest speaks: if QEMU refuses to start, one explanation replaces them.
        var early = new EarlyMessages(onMessage);
        EmulatorProcess? process = null;
        process = new EmulatorProcess
        {
            FileName = qemu,
            Arguments = QemuCommandLine.For(machine, files, accelerator),
            Timeout = machine.Timeout,
            OwnSession = machine.OwnSession,
            Started = streams.Started,
            Input = streams.Input,
            OnOutput = bytes =>
            {
                early.Release();
                serial.Write(bytes);
                if (serial.IsListening)
                    process!.GuestIsListening();
                if (serial.ExitStatus is not null)
                    process!.GuestIsDone();
            },
            OnErrorLine = line =>
            {
                if (!EmulatorNoise.Matches(line))
                    early.Add(line);
            },
        };
        (ProcessEnding Ending, int ExitCode) end = process.Run(cancellation);
        IReadOnlyList<string> bootText = serial.Complete();
        if (end is (ProcessEnding.Ended, 1) && serial.ExitStatus is null && early.First is not null)
            throw QemuFailure.Explain(machine, qemu, early.First);
        early.Release();
        foreach (string line in bootText)
            onMessage(line);
        return end;
    }
}
