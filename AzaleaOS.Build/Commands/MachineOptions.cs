using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Commands;

/// <summary>The options that describe a machine; verbs that start one share them.</summary>
internal sealed class MachineOptions
{
    private const int DefaultGdbPort = 1234;

    private readonly Option<int> _cpus = MachineOption.Cpus();
    private readonly Option<MemorySize> _memory = MachineOption.Memory();

    private readonly Option<MachineKind> _kind = new("--machine")
    {
        Description = "q35, pc, microvm (QEMU) or bochs.",
        HelpName = "NAME",
        CustomParser = result => OptionValue.Parse<MachineKind>(result, static (string text, out MachineKind kind) => MachineNames.TryParse(text, out kind), "one of q35, pc, microvm, bochs"),
    };

    private readonly Option<CpuTopology?> _topology = new("--topology")
    {
        Description = "Sockets, cores per socket and threads per core; their product is --cpus.",
        HelpName = "S:C:T",
        CustomParser = result => OptionValue.Parse<CpuTopology?>(result, static (string text, out CpuTopology? topology) => CpuTopology.TryParse(text, out topology), "SOCKETS:CORES:THREADS such as 1:72:4"),
    };

    private readonly Option<Accelerator> _accelerator = MachineOption.Accel(Accelerator.Tcg);
    private readonly Option<double?> _timeout = MachineOption.Timeout();

    private readonly Option<int?> _gdb = new("--gdb")
    {
        Description = "Wait for gdb on this port of 127.0.0.1 (1234 if none is given) before the first instruction.",
        HelpName = "PORT",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => result.Tokens.Count == 0
            ? DefaultGdbPort
            : OptionValue.Parse<int?>(result, static (string text, out int? port) =>
            {
                bool valid = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value is > 0 and < 65536;
                port = value;
                return valid;
            }, "a TCP port"),
    };

    private readonly Option<bool> _icount = new("--icount") { Description = "Count instructions: one is one nanosecond, so every run reads the same clock." };
    private readonly Option<bool> _iso = new("--iso") { Description = "Boot from a CD image by GRUB instead of directly." };
    private readonly Option<bool> _uefi = new("--uefi") { Description = "Boot from a CD image by UEFI." };
    private readonly Option<bool> _window = new("--window") { Description = "Open the machine's screen in a window." };

    private readonly Option<string[]> _extra = new("--qemu-args")
    {
        Description = "More arguments for QEMU, in one word (\"-d int\"), or a line for Bochs's configuration; may be repeated.",
        HelpName = "ARGS",
    };

    /// <summary>Adds the options to a verb.</summary>
    internal void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_cpus, _memory, _kind, _topology, _iso, _uefi, _icount, _accelerator, _timeout, _gdb, _window, _extra])
            command.Options.Add(option);
    }

    /// <summary>The machine that a command line asks for, with nothing to boot yet.</summary>
    internal MachineDescription Describe(ParseResult parsed)
    {
        MachineKind kind = parsed.GetValue(_kind);
        string[] extra = parsed.GetValue(_extra) ?? [];
        return new MachineDescription
        {
            Kind = kind,
            Cpus = parsed.GetValue(_cpus),
            Topology = parsed.GetValue(_topology),
            Memory = parsed.GetValue(_memory),
            Boot = parsed.GetValue(_iso) ? BootMethod.Iso : BootMethod.Direct,
            Firmware = parsed.GetValue(_uefi) ? Firmware.Uefi : Firmware.Bios,
            CountInstructions = parsed.GetValue(_icount),
            Accelerator = parsed.GetValue(_accelerator),
            Timeout = parsed.GetValue(_timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            GdbPort = parsed.GetValue(_gdb),
            Display = parsed.GetValue(_window) ? MachineDisplay.Window : MachineDisplay.None,
            ExtraArguments = kind == MachineKind.Bochs ? extra : [.. extra.SelectMany(CommandLineParser.SplitCommandLine)],
        };
    }
}
