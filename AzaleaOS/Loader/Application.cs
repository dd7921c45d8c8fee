using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;
using AzaleaOS.Files.Reports;
using AzaleaOS.Files.Terminals;
using AzaleaOS.Memory;
using AzaleaOS.Offload;
using AzaleaOS.Signals;
using AzaleaOS.Syscalls;
using AzaleaOS.Threads;
using Thread = AzaleaOS.Threads.Thread;

namespace AzaleaOS.Loader;

/// <summary>Runs the program that came with the boot: from the modules and the command line to its exit status.</summary>
internal static unsafe class Application
{
    // Below nearly all that mmap places, and not above as in Linux: C libraries read /proc/self/maps up to the stack's line to tell
    // a program where its stack is, and every .NET program asks. In the last 512 GiB, so that the tables above are shared.
    private const ulong StackTop = (1UL << 47) - (511UL << 30);

    // Frames that the stack has from the start, besides its first contents; more come when they are touched.
    private const ulong PopulatedStack = 4 << 10;

    // With pages=eager: all of it, unless that is more than this part of memory.
    private const ulong EagerStackShare = 8;

    private const int HighestStatus = 255;
    private const int FirstSignalStatus = 128;

    private static AddressSpace s_space;
    private static Thread* s_caller;
    private static int s_status;
    private static bool s_isOver;
    private static Thread.ThreadName s_name;

    /// <summary>Loads the program, runs it to its end, and says how it ended.</summary>
    /// <param name="info">Modules, and what is known of the time.</param>
    /// <param name="options">Arguments, environment, working directory.</param>
    /// <returns>The exit status: the program's, or 126 or 127 after a message.</returns>
    internal static int Run(in BootInfo info, in KernelOptions options)
    {
        KernelPages.Take = &Frames.TakePage;
        KernelPages.TakeAny = &Frames.TakeAnyPage;
        KernelPages.Give = &Frames.ReturnPage;
        ConsoleFile.Output = &ConsoleFile.WriteToConsole;
        ConsoleChannel.Initialize(options.Streams, options.Terminal);
        ConsoleChannel.TakeByte = &SerialInput.TryTake;
        ConsoleChannel.Continue = &SerialInput.Continue;
        ConsoleChannel.SendSignal = &SignalSender.ToProcess;
        ConsoleWriter.HasStreams = options.Streams.Output != StreamKind.Console || options.Streams.Error != StreamKind.Console;
        Scheduler.TakeInput = &ConsoleChannel.Pump;
        TerminalFile.ProcessGroup = Process.Id;
        Process.TotalMemory = Frames.FreeBytes();
        FileSpace.Initialize(Process.TotalMemory);
        StartClock(info);
        Entropy.Gather(info);
        if (OffloadFeature.IsIncluded && !OffloadStart.Connect(options.PollMicroseconds))
        {
            return ExitStatus.CannotRun;
        }

        int status = BootFiles.Unpack(info, out int module);
        if (status == 0)
        {
            // Until the program makes a second thread.
            DescriptorTable.IsAlone = true;
            status = FindProgram(info, options, module, out ByteString path, out FileNode* program);
            if (status == 0)
            {
                status = Start(info, options, path, program);
                MemoryHint.Give(status, Process.TotalMemory);
                if (OffloadFeature.IsIncluded)
                {
                    OffloadChannel.Exit(WaitStatusOf(status));
                }

                status &= HighestStatus;
            }
        }

        return status;
    }

    // As wait4 gives it: the signal, or the exit status above it.
    private static int WaitStatusOf(int status)
        => (status & DeathReport.Killed) != 0 ? (status & HighestStatus) - FirstSignalStatus : status << 8;

    private static int FindProgram(in BootInfo info, in KernelOptions options, int module, out ByteString path, out FileNode* program)
    {
        program = null;
        path = default;
        foreach (ByteString word in options.Arguments)
        {
            path = word;
            break;
        }

        if (path.IsEmpty)
        {
            Log.Error($"there is no program to run: name one behind -- on the kernel's command line");
            return ExitStatus.NotFound;
        }

        if (module >= 0)
        {
            int status = BootFiles.AddProgram(info.Modules[module], path);
            if (status != 0)
            {
                return status;
            }
        }

        Process.Initialize();
        FileNode* directory = FileTree.Root;
        ReadOnlySpan<byte> start = options.WorkingDirectory.Span;
        if (OffloadFeature.IsIncluded && OffloadStart.HasTree)
        {
            if (!OffloadStart.EnterDirectory(start))
            {
                return ExitStatus.CannotRun;
            }
        }
        else if (!start.IsEmpty && (PathWalker.Walk(FileTree.Root, start, follow: true, out directory) < 0 || !directory->IsDirectory))
        {
            Log.Error($"{start}: no such directory to work in");
            return ExitStatus.CannotRun;
        }

        Process.WorkingDirectory = directory;
        long result = PathWalker.Walk(directory, path.Span, follow: true, out program);
        if (result < 0 && module >= 0)
        {
            // A relative path of a module is taken from the root.
            result = PathWalker.Walk(FileTree.Root, path.Span, follow: true, out program);
        }

        if (result < 0)
        {
            Log.Error($"{path.Span}: {ErrnoNames.Find((int)-result)}, not in the file system of the boot modules");
            return ExitStatus.NotFound;
        }

        if (!program->IsRegular || (program->Mode & FileMode.AnyExecute) == 0)
        {
            Log.Error($"{path.Span}: {(program->IsRegular ? "not executable"u8 : "not a file"u8)}");
            return ExitStatus.CannotRun;
        }

        return 0;
    }

    private static int Start(in BootInfo info, in KernelOptions options, ByteString path, FileNode* program)
    {
        ElfDefect defect = ElfImage.Read(program->Data, program->Size, PromotionView.Of(info, program->Data), out ElfImage image);
        if (defect != ElfDefect.None)
        {
            Log.Error($"{path.Span}: {defect.Text()}");
            return ExitStatus.CannotRun;
        }

        // On several nodes memory belongs near the core that touches it first.
        bool isFirstTouch = options.Pages == PopulateMode.Automatic && KernelMemory.Nodes->Count > 1;
        s_space = default;
        AddressSpace* space = (AddressSpace*)Unsafe.AsPointer(ref s_space);
        space->Initialize(UserPageTables.Operations, mode: isFirstTouch ? PopulateMode.Lazy : options.Pages);
        AddressSpace.Current = space;
        if (SegmentLoader.Load(image, space, SegmentLoader.PositionIndependentBase, out LoadedProgram loaded) < 0
            || !MakeStack(options, path, space, loaded, out ulong stackPointer, out ulong vdso)
            || !OpenFiles(options, program))
        {
            return BootFiles.OutOfMemory();
        }

        if (image.IsLinked && !CallTableMapping.TryMap(space, vdso))
        {
            return ExitStatus.CannotRun;
        }

        space->SetBreakStart(loaded.End);
        Span<ulong> addresses = Process.Addresses;
        addresses[(int)ProgramAddress.Code] = loaded.CodeStart;
        addresses[(int)ProgramAddress.CodeEnd] = loaded.CodeEnd;
        addresses[(int)ProgramAddress.Data] = loaded.DataStart;
        addresses[(int)ProgramAddress.DataEnd] = loaded.DataEnd;
        SignalState.Reset(Process.TotalMemory);
        SignalState.End = &ProcessEnd.EndProcess;
        Delivery.Start();
        KernelExit.DeliverSignals = &Delivery.Run;
        KernelExit.RaiseSegmentationFault = &Delivery.RaiseSegmentation;
        s_name = ThreadCalls.NameOf(path.Span);
        Process.End = &End;
        MappedFiles.Start();
        ProcessEnd.Reset();
        SleepCalls.Reset();
        KernelExit.EndThread = &ProcessEnd.Obey;
        FileTime.Clock = &Clock.Wall;
        Exceptions.Repair = &FaultService.Repair;
        if (options.Trace)
        {
            SystemCalls.Trace();
        }

        return Enter(loaded.Entry, stackPointer) ? s_status : BootFiles.OutOfMemory();
    }

    private static bool MakeStack(in KernelOptions options, ByteString path, AddressSpace* space, in LoadedProgram loaded, out ulong stackPointer, out ulong vdso)
    {
        stackPointer = 0;
        vdso = 0;
        byte* secret = stackalloc byte[16];
        RandomSource.Fill(new Span<byte>(secret, 16));
        InitialStack contents = new()
        {
            Program = loaded,
            Arguments = options.Arguments,
            Environment = options.Environment,
            FileName = path.Span,
            Random = new ReadOnlySpan<byte>(secret, 16),
            Hardware = CpuFeatures.ProgramFeatures,
            SignalStackSize = SignalFrame.SizeWith(VectorState.Size),
            Addresses = Process.Addresses,
        };

        Protection protection = Protection.Read | Protection.Write | (loaded.HasExecutableStack ? Protection.Execute : 0);
        ulong bottom = StackTop - Limits.StackBytes;
        ulong room = options.Pages == PopulateMode.Eager ? Frames.FreeBytes() / EagerStackShare : PopulatedStack;
        ulong populated = Math.Min(AddressSpace.RoundUp(contents.Measure() + room), Limits.StackBytes);
        long mapped = space->Map(
            bottom,
            Limits.StackBytes,
            protection,
            MapFlags.Private | MapFlags.Anonymous | MapFlags.FixedNoReplace,
            AreaFlags.Lazy | AreaFlags.Stack,
            null,
            0);
        if (mapped < 0 || !space->PopulateNow(StackTop - populated, populated, protection))
        {
            return false;
        }

        if (!VdsoMapping.TryMap(space, out contents.Vdso))
        {
            return false;
        }

        vdso = contents.Vdso;
        stackPointer = contents.Write(StackTop);
        return true;
    }

    private static bool OpenFiles(in KernelOptions options, FileNode* program)
    {
        FileNode.Hold(program);
        Process.Program = program;
        ReportPieces.LimitOf = &Limits.Of;
        bool isPopulated = ReportDirectory.Populate();
        if (OffloadFeature.IsIncluded && OffloadChannel.IsThere)
        {
            isPopulated &= OffloadedFile.Initialize();
            if (OffloadStart.HasStreams)
            {
                return isPopulated && OffloadStart.OpenStreams();
            }
        }

        return isPopulated && StandardFiles.Open(options.Streams);
    }

    /// <summary>Starts the clocks.</summary>
    /// <param name="info">What is known of the time.</param>
    internal static void StartClock(in BootInfo info)
    {
        Clock.ReadFrequency = &ReadFrequency;
        Clock.ReadWallClock = &WallClock.Read;
        Clock.Relax = &Instructions.Pause;
        WallClock.Start(info, out ulong frequency);
        Clock.Start(info.EntryTimestamp, frequency);
    }

    private static ulong ReadFrequency() => Tsc.Frequency;

    // The application's threads run until the application ends, and then this one, which waits, goes on.
    private static bool Enter(ulong entry, ulong stackPointer)
    {
        CoreBlock* core = CoreBlock.Current;
        Thread* thread = ApplicationThread.Create(core->Node);
        if (thread == null || !StartScheduling() || SignalState.AddThread(thread, null) == null || !ThreadTable.Initialize()
            || !FutexTable.Initialize() || !ThreadTable.Add(thread))
        {
            return false;
        }

        ApplicationThread.Prepare(thread, entry, stackPointer);
        thread->Affinity.Fill(CoreSet.Capacity);
        thread->Name = s_name;
        s_caller = Scheduler.Current;
        if (OffloadFeature.IsIncluded && OffloadChannel.IsThere)
        {
            OffloadChannel.Listen();
        }

        Scheduler.StartHere(thread);
        while (true)
        {
            Scheduler.Arm();
            if (Volatile.Read(ref s_isOver))
            {
                Scheduler.Disarm();
                return true;
            }

            Scheduler.BlockThrough();
        }
    }

    private static bool StartScheduling()
    {
        if (CoreBlock.Current->Scheduler != null)
        {
            return true;
        }

        uint node = CoreBlock.Current->Node;
        ulong stack = KernelStacks.Take(KernelThread.StackSize, node);
        void* page = Frames.TakePage(node);
        if (stack == 0 || page == null)
        {
            return false;
        }

        Scheduler.StartCore(page, KernelThread.Create(stack, &IdleThread.Run, null));
        return true;
    }

    private static void End(int status)
    {
        s_status = status;
        Volatile.Write(ref s_isOver, true);
        Scheduler.Wake(s_caller);
        Scheduler.End();
    }
}
