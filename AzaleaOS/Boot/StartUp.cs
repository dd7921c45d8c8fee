using System.Diagnostics.CodeAnalysis;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Boot;

/// <summary>The steps from the entry code to a machine on which a program can run.</summary>
internal static unsafe class StartUp
{
    // What a shell calls a command that could not be started.
    private const int ErrorStatus = 1;

    private static BootInfo s_info;
    private static KernelOptions s_options;

    /// <summary>What is known of the machine.</summary>
    internal static ref readonly BootInfo Info => ref s_info;

    /// <summary>What the kernel command line says.</summary>
    internal static ref readonly KernelOptions Options => ref s_options;

    /// <summary>Understands what the loader left, and the command line.</summary>
    internal static void ReadBootInfo(uint protocol, ulong info)
    {
        BootError error = BootInfoReader.Read(
            (BootProtocol)protocol,
            new PhysicalAddress(info),
            PhysicalWindow.BootIdentity,
            new PhysicalAddress(KernelImage.Begin - MemoryMap.KernelBase),
            new PhysicalAddress(KernelImage.End - MemoryMap.KernelBase),
            ref s_info);
        s_info.EntryTimestamp = Tsc.AtEntry;
        if (error != BootError.None) Refuse(error);

        CommandLineError mistake = CommandLineParser.Parse(ref s_info, out s_options);
        PowerOff.Use(s_options.Exit);
        Log.IsVerbose = s_options.Verbose;
        if (mistake != CommandLineError.None)
        {
            Log.Error($"{CommandLineErrors.Describe(mistake)} {s_options.Culprit.Span}");
            PowerOff.Machine(CommandLineErrors.ExitStatus);
        }
    }

    [DoesNotReturn]
    private static void Refuse(BootError error)
    {
        Log.Error($"{BootErrors.Describe(error)} 0x{s_info.Detail:x}");
        PowerOff.Machine(ErrorStatus);
    }
}
