using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Threads;

namespace AzaleaOS.Cpu;

/// <summary>All that belongs to one core. GS points at it from the core's first C# instruction on.</summary>
/// <remarks>
/// Written by: the owning core alone, except where a field says otherwise. The first fields are
/// read by assembler methods through their offsets; everything else is reached from
/// <see cref="Current"/>. Lies in a page of its own, so that no line is shared between cores by accident.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CoreBlock
{
    /// <summary>This block's own address, so that one GS-relative load finds it.</summary>
    internal CoreBlock* Self;

    /// <summary>Top of the running thread's kernel stack: where system calls that are no leaves run.</summary>
    internal ulong KernelStackTop;

    /// <summary>Scratch for the system-call entry: the caller's rsp, until it is stored in the frame.</summary>
    internal ulong CallerStack;

    /// <summary>The thread that runs on this core.</summary>
    internal Thread* Running;

    /// <summary>0 for the boot core, then 1, 2, ... in the order of the firmware's table.</summary>
    internal int Index;

    /// <summary>NUMA node, as an index from 0. In one word with <see cref="Index"/>: the vDSO's getcpu loads both at once.</summary>
    internal uint Node;

    /// <summary>The local APIC id.</summary>
    internal uint ApicId;

    /// <summary>How far the core has come.</summary>
    internal CoreState State;

    /// <summary>What has to be done before the core goes back to the application: <see cref="CoreWork"/> bits.</summary>
    internal int Work;

    private readonly int _reserved;

    /// <summary>Frames that this core keeps at hand: a FrameCache of the memory layer.</summary>
    internal void* FrameCache;

    /// <summary>Work from other cores. What is above fills one cache line, this the next.</summary>
    internal CoreInbox Inbox;

    /// <summary>The threads of this core: a CoreScheduler of the thread layer; null until it schedules.</summary>
    internal void* Scheduler;

    /// <summary>Top of the stack the core started on; its idle loop runs there.</summary>
    internal ulong IdleStackTop;

    /// <summary>How often the timer has fired.</summary>
    internal ulong TimerInterrupts;

    /// <summary>How many pings were answered.</summary>
    internal ulong Pings;

    /// <summary>Interrupts that nobody asked for.</summary>
    internal ulong UnexpectedInterrupts;

    /// <summary>How often the application was given a page here because it was touched.</summary>
    internal ulong PageFaults;

    /// <summary>How often this core was asked to drop translations. Written by the core that asks, while it owns <see cref="Shootdown"/>'s turn.</summary>
    internal ulong Shootdowns;

    /// <summary>How often it has.</summary>
    internal ulong ShootdownsDone;

    /// <summary>1 while the core is on the kernel's own page tables and holds no translation of the application's half.</summary>
    internal int IsWithoutApplication;

    /// <summary>The segments.</summary>
    internal SegmentTable Segments;

    /// <summary>The task state, with the interrupt stacks.</summary>
    internal TaskState Task;

    /// <summary>What <see cref="Current"/> is in tests on the host, where GS is somebody else's.</summary>
    internal static CoreBlock* Hosted { get; set; }

    /// <summary>This core's block.</summary>
    /// <remarks>The compiler of the kernel knows that there is no code made at run time, so the test costs nothing there.</remarks>
    internal static CoreBlock* Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => RuntimeFeature.IsDynamicCodeSupported ? Hosted : Instructions.CurrentCore();
    }
}
