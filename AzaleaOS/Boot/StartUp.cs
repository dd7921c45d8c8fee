using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Boot;

/// <summary>The steps from the entry code to a machine on which a program can run, in their order.</summary>
/// <remarks>Each step ends the machine with a message if it cannot be done.</remarks>
internal static unsafe class StartUp
{
    /// <summary>The exit status of a machine that could not be started.</summary>
    private const int ErrorStatus = 1;

    private static BootInfo s_info;
    private static KernelOptions s_options;
    private static AcpiInfo s_acpi;

    /// <summary>What is known of the machine.</summary>
    internal static ref readonly BootInfo Info => ref s_info;

    /// <summary>What the kernel command line says.</summary>
    internal static ref readonly KernelOptions Options => ref s_options;

    /// <summary>Opens the console. On the entry code's page tables, so that whatever fails next can be seen.</summary>
    /// <param name="protocol">How the kernel was entered. On lent cores the screen and the machine stay its owner's.</param>
    internal static void OpenConsole(uint protocol)
    {
        Serial.Start();
        if (protocol == (uint)BootProtocol.HandOff) PowerOff.KeepMachineOn();
        else if (BiosData.HasTextScreen(PhysicalWindow.BootIdentity)) TextScreen.Start((ushort*)TextScreen.PhysicalAddress);
    }

    /// <summary>Understands what the loader left, and the command line.</summary>
    internal static void ReadBootInfo(uint protocol, ulong info)
    {
        BootError error = BootInfoReader.Read(
            (BootProtocol)protocol,
            new PhysicalAddress(info),
            PhysicalWindow.BootIdentity,
            new PhysicalAddress(KernelImage.Begin - MemoryMap.KernelBase),
            new PhysicalAddress(KernelImage.End - MemoryMap.KernelBase),
            KernelImage.LinkedProgram,
            ref s_info);
        s_info.EntryTimestamp = Tsc.AtEntry;
        if (error != BootError.None) Refuse($"{BootErrors.Describe(error)} 0x{s_info.Detail:x}");

        CommandLineError mistake = CommandLineParser.Parse(ref s_info, out s_options);
        PowerOff.Use(s_options.Exit);
        Log.IsVerbose = s_options.Verbose;
        if (mistake != CommandLineError.None)
        {
            Log.Error($"{CommandLineErrors.Describe(mistake)} {s_options.Culprit.Span}");
            PowerOff.Machine(CommandLineErrors.ExitStatus);
        }
        BootLog.Memory(in s_info);
    }

    /// <summary>Reads the firmware's tables, loads the kernel's page tables, and gives the boot core its stacks.</summary>
    internal static void TakeMemory()
    {
        if (VectorState.HasAvx) PageMemory.UseAvx(VectorState.TellsUse);
        ReadTables();
        BootLog.Tables(in s_acpi);
        KernelSections sections = KernelSections.Linked;
        PageError error = KernelMemory.Initialise(
            ref s_info,
            in s_acpi,
            in sections,
            nodeCount: s_info.Protocol == BootProtocol.HandOff ? s_acpi.NodeCount : 0,
            s_acpi.GivenDistances,
            CoreCount,
            CpuFeatures.HasHugePages);
        if (error != PageError.None) RefuseForMemory();

        if (!SleepState.TryKeep((AcpiInfo*)Unsafe.AsPointer(ref s_acpi))) RefuseForMemory();
        Backtrace.StackOf = &MappedStacks.Find;
        if (TextScreen.IsThere && !MoveTextScreen()) RefuseForMemory();
        if (!CoreStacks.TryAllocate(BootCore.Block, BootCore.Block->Node, Supplies)) RefuseForMemory();
    }

    /// <summary>Turns on the interrupt controller and finds the clocks. Interrupts stay off until a thread wants them.</summary>
    internal static void StartInterrupts()
    {
        bool isLent = s_info.Protocol == BootProtocol.HandOff;
        if (!isLent) Pic.Silence();
        if (LocalApic.Choose(mayChange: !isLent, out PhysicalAddress registers))
        {
            void* mapped = DeviceMemory.Map(registers, PageSize.Size4K);
            if (mapped == null) RefuseForMemory();
            LocalApic.UseRegisters(mapped);
        }
        LocalApic.Enable();
        BootLog.BootCore();
        Tsc.Start(s_info.TscFrequency, s_acpi.TimerPort, s_acpi.TimerHas32Bits);
        OneShotTimer.Start();
        Cores.Start();
        if (s_options.Streams.Input != StreamKind.Console && !isLent && !TryListen()) Log.Warning($"the console hears nothing: there is no way for its interrupt");
    }

    // The bytes wait in the port until somebody takes them.
    private static bool TryListen()
    {
        if (s_acpi.IoApic.Value == 0) return false;
        void* registers = DeviceMemory.Map(s_acpi.IoApic, IoApic.RegisterBytes);
        if (registers == null) RefuseForMemory();
        IoApic.UseRegisters(registers);
        AcpiInterrupt interrupt = s_acpi.SerialInterrupt;
        return IoApic.TryRoute(interrupt.Line - s_acpi.IoApicBase, interrupt, new ApicId(BootCore.Block->ApicId), Vector.Serial);
    }

    /// <summary>Starts all other cores. They come up while the boot goes on.</summary>
    internal static void StartCores()
    {
        int count = CoreCount;
        Cores.Idle = &IdleThread.Start;
        SystemCalls.IsTraced = s_options.Trace;
        PhysicalAddress page = s_info.TrampolinePage;
        if (count > 1 && page.Value == 0)
        {
            Log.Warning($"no page below 1 MiB to start other cores in: using one of {count}");
        }
        else if (count > 1)
        {
            if (!CoreList.TryMake(in s_acpi, count, out CoreBootRecord* records)) RefuseForMemory();
            Cores.StartOthers(records, count, Supplies, page, page.Mapped.Pointer);
        }
        if (s_options.WaitForCores && !Cores.WaitForAll()) PowerOff.Machine(ErrorStatus);
    }

    /// <summary>The first thread: leaves the boot stack for good.</summary>
    [DoesNotReturn]
    internal static void StartThread(delegate*<void*, void> function, void* argument)
    {
        ulong stack = KernelStacks.Take(KernelThread.StackSize, BootCore.Block->Node);
        if (stack == 0) RefuseForMemory();
        KernelThread.Start(KernelThread.Create(stack, function, argument));
    }

    private static CoreMemory Supplies => new()
    {
        AllocateBlock = &KernelMemory.TakeCoreBlock,
        AllocateStack = &KernelStacks.Take,
        AllocateStacks = &KernelStacks.TryTakeAll,
    };

    private static int CoreCount => Math.Max(1, s_options.Cores == 0 ? s_acpi.CoreCount : Math.Min(s_options.Cores, s_acpi.CoreCount));

    private static void ReadTables()
    {
        AcpiError error = AcpiReader.Read(PhysicalWindow.BootIdentity, s_info.Rsdp, ref s_acpi);
        if (error == AcpiError.NotFound) Log.Verbose($"{AcpiErrors.Describe(error)}");
        else if (error != AcpiError.None)
        {
            Refuse($"{AcpiErrors.Describe(error)}: {s_acpi.CulpritName} at 0x{s_acpi.CulpritAddress.Value:x}");
        }
        if (s_info.Protocol == BootProtocol.HandOff) HandOffCores.Read(PhysicalWindow.BootIdentity, s_info.HandOff, ref s_acpi);
    }

    private static bool MoveTextScreen()
    {
        void* cells = DeviceMemory.Map(new PhysicalAddress(TextScreen.PhysicalAddress), TextScreen.Size);
        if (cells != null) TextScreen.Move((ushort*)cells);
        return cells != null;
    }

    [DoesNotReturn]
    private static void RefuseForMemory() => Refuse($"too little memory to start");

    [DoesNotReturn]
    private static void Refuse(scoped LogMessage reason)
    {
        Log.Error(reason);
        PowerOff.Machine(ErrorStatus);
    }
}
