using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Cpu;
using AzaleaOS.Threads;

namespace AzaleaOS.Tests.Unit.Cpu;

/// <summary>Structures that the processor or assembler code reads are where these expect them.</summary>
public sealed unsafe class CoreLayoutTests
{
    [Fact]
    public void A_core_block_fits_into_its_page_and_its_inbox_fills_a_cache_line()
    {
        CoreBlock block = default;
        long inbox = (byte*)&block.Inbox - (byte*)&block;

        // The boot core's block lies in 1024 bytes of the image, up to a cache line in.
        Assert.InRange(sizeof(CoreBlock), 1, 1024 - CacheLine.Size);
        Assert.Equal(0, inbox % CacheLine.Size);
        Assert.Equal(CacheLine.Size, sizeof(CoreInbox));
    }

    [Fact]
    public void The_first_fields_of_a_core_block_keep_their_places()
    {
        Assert.Equal(0, (int)Marshal.OffsetOf<CoreBlock>(nameof(CoreBlock.Self)));
        Assert.Equal(8, (int)Marshal.OffsetOf<CoreBlock>(nameof(CoreBlock.KernelStackTop)));
        Assert.Equal(16, (int)Marshal.OffsetOf<CoreBlock>(nameof(CoreBlock.CallerStack)));
        Assert.Equal(24, (int)Marshal.OffsetOf<CoreBlock>(nameof(CoreBlock.Running)));
    }

    [Fact]
    public void A_trap_frame_ends_with_the_five_words_of_the_processor()
    {
        Assert.Equal(22 * 8, sizeof(TrapFrame));
        Assert.Equal(17 * 8, (int)Marshal.OffsetOf<TrapFrame>(nameof(TrapFrame.Rip)));
        Assert.Equal(21 * 8, (int)Marshal.OffsetOf<TrapFrame>(nameof(TrapFrame.Ss)));
    }

    [Fact]
    public void The_task_state_has_its_stacks_at_36_and_104_bytes()
    {
        TaskState task = default;
        task.SetStack(1, 0x1111_2222_3333_4444);
        task.SetStack(7, 0xffff_d000_0000_1000);
        byte* bytes = (byte*)&task;

        Assert.Equal(104, sizeof(TaskState));
        Assert.Equal(0x1111_2222_3333_4444UL, Unsafe.ReadUnaligned<ulong>(bytes + 36));
        Assert.Equal(0xffff_d000_0000_1000UL, Unsafe.ReadUnaligned<ulong>(bytes + 84));
    }

    [Fact]
    public void Every_vector_has_a_stack_and_those_that_may_interrupt_others_one_of_their_own()
    {
        Assert.All(Enumerable.Range(0, Vector.Count), vector => Assert.InRange(InterruptStack.Of(vector), 1, InterruptStack.Count));
        Assert.Equal(
            [InterruptStack.Nmi, InterruptStack.DoubleFault, InterruptStack.MachineCheck, InterruptStack.Debug, InterruptStack.Exceptions, InterruptStack.Interrupts],
            new[] { Vector.Nmi, Vector.DoubleFault, Vector.MachineCheck, Vector.Debug, Vector.PageFault, Vector.Timer }.Select(InterruptStack.Of));
    }

    [Fact]
    public void A_record_of_the_trampoline_has_24_bytes()
    {
        Assert.Equal(24, sizeof(CoreBootRecord));
        Assert.Equal(32, sizeof(TrampolineParameters));
        Assert.Equal(56, sizeof(SavedRegisters));
    }
}
