using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Boot;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Loader;
using AzaleaOS.Memory;

namespace AzaleaOS;

/// <summary>The life of a kernel. An image is a class derived from this one.</summary>
/// <remarks>
/// <see cref="Start"/> makes the machine ready and then calls, on one thread of the boot core,
/// <see cref="OnBoot"/>, <see cref="BeforeRun"/>, <see cref="Run"/> again and again until
/// <see cref="Stop"/> was called, and <see cref="AfterRun"/>. Nothing of this may allocate.
/// </remarks>
public class Kernel
{
    private static bool s_hasClock;
    private static bool s_stopped;
    private static int s_status;

    /// <summary>Called once by the image's entry: on the entry code's stack and page tables, with interrupts off.</summary>
    /// <param name="protocol">How the kernel was entered: a <c>BootProtocol</c>.</param>
    /// <param name="info">Physical address of what the loader left.</param>
    public unsafe void Start(uint protocol, ulong info)
    {
        StartUp.OpenConsole(protocol);
        BootCore.Start();
        StartUp.ReadBootInfo(protocol, info);
        StartUp.TakeMemory();
        StartUp.StartInterrupts();
        StartUp.StartCores();

        // This object lies in the image's data and never moves, so its address may be passed on as one.
        Kernel self = this;
        StartUp.StartThread(&Live, (void*)Unsafe.As<Kernel, nint>(ref self));
    }

    /// <summary>The machine is ready; nothing of the program has been looked at.</summary>
    protected virtual void OnBoot()
    {
    }

    /// <summary>The last chance to do something that does not count as running.</summary>
    protected virtual void BeforeRun()
    {
    }

    /// <summary>The work. Called until somebody calls <see cref="Stop"/>. Here: runs the program given as boot module, once.</summary>
    protected virtual void Run()
        => Stop(Application.Run(StartUp.Info, StartUp.Options));

    /// <summary>The work is done; the console still works.</summary>
    protected virtual void AfterRun()
    {
    }

    /// <summary>Lets the machine be switched off when the current call of <see cref="Run"/> returns.</summary>
    /// <param name="status">The exit status of the launcher's command, 0 to 255.</param>
    protected static void Stop(int status)
    {
        s_status = status;
        s_stopped = true;
    }

    /// <summary>Writes to the console as an application does: bytes as they are.</summary>
    protected static void Print(ReadOnlySpan<byte> text) => ConsoleWriter.Write(text);

    /// <summary>Waits for a line on the serial console. Nothing is echoed.</summary>
    /// <param name="line">Where it goes, without its end; what does not fit is lost.</param>
    /// <returns>Bytes of it; -1 when the input has ended.</returns>
    protected static int ReadLine(Span<byte> line) => LineInput.Read(line);

    /// <summary>How many cores the machine has.</summary>
    protected static int CoreCount => Cores.Count;

    /// <summary>Bytes of memory that can be handed out in all.</summary>
    protected static unsafe ulong MemoryBytes => KernelMemory.Nodes->Statistics.Total * PageSize.Size4K;

    /// <summary>Bytes of memory that are free.</summary>
    protected static ulong FreeMemoryBytes => Frames.FreeBytes();

    /// <summary>Milliseconds since the kernel was entered.</summary>
    protected static long Milliseconds
    {
        get
        {
            // Only a program needs it otherwise, and starts it itself.
            if (!s_hasClock) Application.StartClock(StartUp.Info);
            s_hasClock = true;
            return Clock.Monotonic() / (Clock.Second / 1000);
        }
    }

    [DoesNotReturn]
    private static unsafe void Live(void* argument)
    {
        nint address = (nint)argument;
        Kernel self = Unsafe.As<nint, Kernel>(ref address);

        Instructions.EnableInterrupts();
        self.OnBoot();
        self.BeforeRun();
        if (StartUp.Options.BootStatistics)
        {
            Log.Line($"boot: {Instructions.ReadTimestamp() - StartUp.Info.EntryTimestamp} ticks");
        }
        while (!s_stopped) self.Run();
        self.AfterRun();
        PowerOff.Machine(s_status);
    }
}
