using AzaleaOS.Boot;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Tests.Promises;

/// <summary>One promise of the kernel per value of the option <c>test</c>: keeps it, or ends as promised.</summary>
public unsafe class PromisesKernel : Kernel
{
    /// <inheritdoc/>
    protected override void Run()
    {
        ReadOnlySpan<byte> name = StartUp.Options.Test.Span;
        delegate*<bool> test = Find(name);
        if (test == null)
        {
            Log.Error($"no such test: {name}");
            Stop(2);
            return;
        }

        bool kept = test();
        Print(kept ? "kept\n"u8 : "broken\n"u8);
        Stop(kept ? 0 : 1);
    }

    private static delegate*<bool> Find(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("hello"u8)) return &Console.Hello;
        if (name.SequenceEqual("interleave"u8)) return &Console.Interleave;
        if (name.SequenceEqual("screen"u8)) return &Console.Screen;

        if (name.SequenceEqual("write-null"u8)) return &Faults.WriteNull;
        if (name.SequenceEqual("read-page-0"u8)) return &Faults.ReadPageZero;
        if (name.SequenceEqual("write-text"u8)) return &Faults.WriteText;
        if (name.SequenceEqual("write-constant"u8)) return &Faults.WriteConstant;
        if (name.SequenceEqual("execute-data"u8)) return &Faults.ExecuteData;
        if (name.SequenceEqual("execute-stack"u8)) return &Faults.ExecuteStack;
        if (name.SequenceEqual("stack-overflow"u8)) return &Faults.OverflowStack;
        if (name.SequenceEqual("divide-error"u8)) return &Faults.DivideByZero;
        if (name.SequenceEqual("divide-error-on-core"u8)) return &Faults.DivideByZeroOnCore;
        if (name.SequenceEqual("invalid-opcode"u8)) return &Faults.InvalidOpcode;
        if (name.SequenceEqual("breakpoint"u8)) return &Faults.Breakpoint;
        if (name.SequenceEqual("non-canonical"u8)) return &Faults.NonCanonical;
        if (name.SequenceEqual("double-fault"u8)) return &Faults.DoubleFault;
        if (name.SequenceEqual("nmi"u8)) return &Faults.NonMaskable;
        if (name.SequenceEqual("fault-in-report"u8)) return &Faults.FaultInReport;
        if (name.SequenceEqual("panic"u8)) return &Faults.GiveUp;
        if (name.SequenceEqual("panic-on-core"u8)) return &Faults.GiveUpOnCore;
        if (name.SequenceEqual("index"u8)) return &Faults.IndexOutOfRange;

        if (name.SequenceEqual("ping"u8)) return &Processors.Ping;
        if (name.SequenceEqual("run-on-cores"u8)) return &Processors.RunOnAll;
        if (name.SequenceEqual("vectors-on-cores"u8)) return &Processors.UseVectorsOnAll;
        if (name.SequenceEqual("timer"u8)) return &Clocks.TimerFires;
        if (name.SequenceEqual("timer-late"u8)) return &Clocks.PastDeadlineFiresAtOnce;
        if (name.SequenceEqual("frequency"u8)) return &Clocks.Frequency;
        if (name.SequenceEqual("interrupt-registers"u8)) return &RegistersKept.AcrossInterrupts;
        if (name.SequenceEqual("exception-registers"u8)) return &RegistersKept.AcrossExceptions;
        if (name.SequenceEqual("system-call-registers"u8)) return &RegistersKept.AcrossSystemCalls;
        if (name.SequenceEqual("switch"u8)) return &Switching.PingPong;
        if (name.SequenceEqual("memory"u8)) return &MemoryUse.Exhaust;
        if (name.SequenceEqual("memory-near"u8)) return &NearMemory.OnEveryCore;
        if (name.SequenceEqual("memory-nearest"u8)) return &NearMemory.FromTheNearest;
        return null;
    }
}
