using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Commands;

/// <summary>The options that describe a machine; verbs that start one share them.</summary>
internal sealed class MachineOptions
{
    private const int DefaultGdbPort = 1234;

    private readonly Option<int> _cpus = new("--cpus")
    {
        Description = "Cores of the machine.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        CustomParser = result => Parse<int>(result, static (string text, out int cpus) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out cpus) && cpus > 0, "a number of cores, 1 or more"),
    };

    private readonly Option<MemorySize> _memory = new("--mem")
    {
        Description = "Memory of the machine: 64M, 16G.",
        HelpName = "SIZE",
        DefaultValueFactory = _ => MemorySize.Mebibytes(256),
        CustomParser = result => Parse<MemorySize>(result, static (string text, out MemorySize size) => MemorySize.TryParse(text, out size), "an amount of memory such as 64M or 16G"),
    };

    private readonly Option<MachineKind> _kind = new("--machine")
    {
        Description = "q35, pc, microvm (QEMU) or bochs.",
        HelpName = "NAME",
        CustomParser = result => Parse<MachineKind>(result, static (string text, out MachineKind kind) => MachineNames.TryParse(text, out kind), "one of q35, pc, microvm, bochs"),
    };

    private readonly Option<CpuTopology?> _topology = new("--topology")
    {
        Description = "Sockets, cores per socket and threads per core; their product is --cpus.",
        HelpName = "S:C:T",
        CustomParser = result => Parse<CpuTopology?>(result, static (string text, out CpuTopology? topology) => CpuTopology.TryParse(text, out topology), "SOCKETS:CORES:THREADS such as 1:72:4"),
    };

    private readonly Option<Accelerator> _accelerator = new("--accel")
    {
        Description = "tcg, kvm, or auto (KVM if a test boot of it works).",
        HelpName = "NAME",
        CustomParser = result => Parse<Accelerator>(result, static (string text, out Accelerator accelerator) => Enum.TryParse(text, ignoreCase: true, out accelerator) && Enum.IsDefined(accelerator) && !char.IsAsciiDigit(text[0]), "one of tcg, kvm, auto"),
    };

    private readonly Option<double?> _timeout = new("--timeout")
    {
        Description = "Stop the machine after this many seconds; the status is then 124.",
        HelpName = "S",
        CustomParser = result => Parse<double?>(result, static (string text, out double? seconds) =>
        {
            bool valid = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is > 0 and < 1e6;
            seconds = value;
            return valid;
        }, "a number of seconds, more than 0"),
    };

    private readonly Option<int?> _gdb = new("--gdb")
    {
        Description = "Wait for gdb on this port of 127.0.0.1 (1234 if none is given) before the first instruction.",
        HelpName = "PORT",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => result.Tokens.Count == 0
            ? DefaultGdbPort
            : Parse<int?>(result, static (string text, out int? port) =>
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

    private delegate bool Parser<T>(string text, out T value);

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

    private static T? Parse<T>(ArgumentResult result, Parser<T> parse, string expected)
    {
        string text = result.Tokens[^1].Value;
        if (parse(text, out T value))
            return value;
        string option = result.Parent is OptionResult parent ? parent.Option.Name : "";
        result.AddError($"{option} {text}: give {expected}");
        return default;
    }
}
