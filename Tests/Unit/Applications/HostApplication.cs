using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Signals;
using AzaleaOS.Threads;

namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>The process side of the kernel in a window of this process's memory: real pages, real protections.</summary>
/// <remarks>The kernel's state is static, so tests that use it belong to <see cref="ApplicationTests"/>.</remarks>
public sealed unsafe class HostApplication : IDisposable
{
    public const int WindowPages = 256;
    internal const ulong PageSize = AddressSpace.PageSize;

    private static readonly HashSet<nint> s_kernelPages = [];
    private static readonly MemoryStream s_console = new();
    private static ulong s_window;
    private static ulong s_cursor;
    private static AzaleaOS.Threads.Thread* s_thread;

    public HostApplication()
    {
        s_window = HostPages.Start(WindowPages);
        s_console.SetLength(0);
        FramesLeft = int.MaxValue;
        KernelPagesLeft = int.MaxValue;
        Exited = -1;

        KernelPages.Take = &TakeKernelPage;
        KernelPages.TakeAny = &TakeKernelPage;
        CoreBlock* core = (CoreBlock*)TakeKernelPage();
        s_thread = (AzaleaOS.Threads.Thread*)TakeKernelPage();
        core->Running = s_thread;
        s_thread->Core = core;
        CoreBlock.Hosted = core;
        Assert.True(ThreadTable.Initialize() && FutexTable.Initialize() && ThreadTable.Add(s_thread));
        KernelPages.Give = &GiveKernelPage;
        FileSpace.Initialize(64 << 20);
        Space = (AddressSpace*)TakeKernelPage();
        Space->Initialize(HostPages.Operations, s_window, s_window + (WindowPages * PageSize));
        AddressSpace.Current = Space;
        Assert.True(FileOperations.Initialize() && PollableFiles.Initialize() && FileTree.Initialize() && DescriptorTable.Initialize());
        PathBuffers.Initialize();
        Process.Initialize();
        Process.End = &End;
        Process.FileModeMask = 0x12;
        Process.TotalMemory = 64 << 20;
        ConsoleFile.Output = &Show;
        SignalState.Reset(64 << 20);
        SignalState.End = &End;
        Assert.True(SignalState.AddThread(s_thread, null) != null);
        Clock.ReadCounter = &Counter;
        Clock.ReadFrequency = &Frequency;
        Clock.ReadWallClock = &WallClock;
        Clock.Relax = &Relax;
        Clock.Start(0);
        Ticks = 0;
        FileTime.Clock = &Clock.Wall;

        // Everything a test writes for a system call lies in one area at the window's start.
        s_cursor = (ulong)Space->Map(s_window, 16 * PageSize, Protection.Read | Protection.Write, MapFlags.Private | MapFlags.Anonymous | MapFlags.Fixed);
    }

    internal static int FramesLeft
    {
        get => HostPages.FramesLeft;
        set => HostPages.FramesLeft = value;
    }

    internal static int KernelPagesLeft { get; set; }

    /// <summary>Pages that the kernel has and has not given back.</summary>
    internal static int KernelPagesTaken => s_kernelPages.Count;

    internal static ulong Ticks { get; set; }

    public static int Exited { get; private set; }

    internal static AddressSpace* Space { get; private set; }

    /// <summary>Pages of the window that have a frame.</summary>
    internal static int Frames => HostPages.Present;

    internal static ulong Window => s_window;

    internal static byte[] Console => s_console.ToArray();

    internal static bool HasFrame(ulong address) => HostPages.IsPresent(address);

    /// <summary>An address of the application that holds these bytes.</summary>
    internal static ulong Put(ReadOnlySpan<byte> bytes)
    {
        ulong at = s_cursor;
        bytes.CopyTo(new Span<byte>((void*)at, bytes.Length));
        s_cursor += ((ulong)bytes.Length + 15) & ~15UL;
        return at;
    }

    /// <summary>An address of the application that holds this text and a zero.</summary>
    internal static ulong Text(string text) => Put(Encoding.UTF8.GetBytes(text + "\0"));

    /// <summary>Room in the application's memory.</summary>
    internal static ulong Room(int bytes) => Put(new byte[bytes]);

    internal static Span<byte> At(ulong address, long length) => new((void*)address, (int)length);

    /// <summary>Memory that no garbage collector moves.</summary>
    internal static byte* Pin(byte[] bytes)
    {
        byte* copy = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes.Length, 1), 4096);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        s_kernelPages.Add((nint)copy);
        return copy;
    }

    public void Dispose()
    {
        AddressSpace.Current = null;
        HostPages.Stop();
        foreach (nint page in s_kernelPages)
            NativeMemory.AlignedFree((void*)page);
        s_kernelPages.Clear();
    }

    private static void* TakeKernelPage()
    {
        void* page = NativeMemory.AlignedAlloc(4096, 4096);
        NativeMemory.Clear(page, 4096);
        lock (s_kernelPages)
        {
            if (KernelPagesLeft-- > 0)
            {
                s_kernelPages.Add((nint)page);
                return page;
            }

            KernelPagesLeft = 0;
        }

        NativeMemory.AlignedFree(page);
        return null;
    }

    private static void GiveKernelPage(void* page)
    {
        lock (s_kernelPages)
        {
            Assert.True(s_kernelPages.Remove((nint)page), "a page was given back that was not taken");
            KernelPagesLeft++;
        }

        NativeMemory.AlignedFree(page);
    }

    private static void Show(byte* bytes, int length, byte stream) => s_console.Write(new ReadOnlySpan<byte>(bytes, length));

    // The kernel's own never returns, and what follows it cannot run here.
    private static void End(int status)
    {
        Exited = status;
        throw new ProcessEndedException();
    }

    private static ulong Counter() => Ticks;

    private static ulong Frequency() => 2_000_000_000;

    private static long WallClock() => 1_700_000_000L * Clock.Second;

    private static void Relax() => Ticks += 1_000_000;
}

/// <summary>Tests of the kernel's static state, one after the other.</summary>
[CollectionDefinition(nameof(ApplicationTests), DisableParallelization = true)]
public sealed class ApplicationTests;
