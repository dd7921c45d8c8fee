using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Linking;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Tests.Unit.Linking;

public sealed unsafe class BacktraceTests : IDisposable
{
    private const int Words = 64;
    private const ulong Code = 0xffff_ffff_8010_0000;

    private static readonly List<string> s_lines = [];
    private static StackBounds s_low;
    private static StackBounds s_high;

    private readonly ulong* _stack = (ulong*)NativeMemory.AlignedAlloc(2 * Words * 8, 16);
    private readonly byte[] _table = SymbolTableBuilder.Encode(
    [
        Function(0, "Push", [(0, FromRsp(8)), (1, FromRsp(16)), (5, FromRsp(48))]),
        Function(0x100, "Frame", [(0, FromRsp(8)), (1, FromRsp(16, rbp: -16)), (4, FromRbp(16, rbp: -16))]),
        Function(0x200, "Start", [(0, new CallFrameRow(0, CallFrameBase.Outermost, 0, 0, null, null, false))]),
        Function(0x300, "Handler", [(0, FromRsp(40) with { ReturnAddress = -40, SavedRsp = -16, SavedRbp = -48, IsSignalFrame = true })], type: "", line: 0),
        Function(0x400, "Same", [(0, FromRsp(0))]),
    ]);

    public BacktraceTests()
    {
        s_lines.Clear();
        new Span<ulong>(_stack, 2 * Words).Clear();
        s_low = new StackBounds((ulong)_stack, (ulong)(_stack + Words));
        s_high = new StackBounds((ulong)(_stack + Words), (ulong)(_stack + (2 * Words)));
    }

    public void Dispose() => NativeMemory.AlignedFree(_stack);

    [Fact]
    public void Frames_on_rsp_and_on_rbp_are_walked_up_to_the_outermost()
    {
        _stack[5] = Code + 0x110; // Push at its 5th byte has 40 bytes below its return address
        _stack[8] = 77; // Frame's saved rbp
        _stack[9] = Code + 0x210;
        Print(Code + 5, rsp: 0, rbp: 8, interrupted: true);
        Assert.Equal(["  at Test.Push in Test.cs:10", "  at Test.Frame in Test.cs:10", "  at Test.Start in Test.cs:10"], s_lines);
    }

    [Fact]
    public void A_return_address_behind_a_functions_end_belongs_to_that_function()
    {
        _stack[0] = Code + 0x120; // the length of Frame is 0x20: its last instruction is the call
        Print(Code, rsp: 0, rbp: 8, interrupted: true);
        Assert.Equal(["  at Test.Push in Test.cs:10", "  at Test.Frame in Test.cs:10"], s_lines);
    }

    [Fact]
    public void Interrupted_code_on_another_stack_is_found_at_its_very_instruction()
    {
        // Handler was entered with rsp = 5: the five words of the interrupt lie there, the pushed rbp below.
        _stack[4] = (ulong)(_stack + Words + 20);
        _stack[5] = Code + 0x100;
        _stack[8] = (ulong)(_stack + Words + 2);
        _stack[Words + 2] = Code + 0x204; // interrupted at Frame's first byte: only the return address is there
        Print(Code + 0x310, rsp: 5, rbp: 0, interrupted: false);
        Assert.Equal(["  at Handler+0x10", "  at Test.Frame in Test.cs:10", "  at Test.Start in Test.cs:10"], s_lines);
    }

    [Fact]
    public void A_call_of_a_bad_pointer_shows_who_called()
    {
        _stack[3] = Code + 0x210;
        Print(0x1234, rsp: 3, rbp: 0, interrupted: true);
        Assert.Equal(["  at 0x1234 (application)", "  at Test.Start in Test.cs:10"], s_lines);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2 * Words)]
    [InlineData(2 * Words - 5)]
    public void A_stack_pointer_outside_every_stack_is_not_followed(int rsp)
    {
        Print(Code + 5, rsp, rbp: 0, interrupted: true);
        Assert.Equal("  at Test.Push in Test.cs:10", Assert.Single(s_lines));
    }

    [Fact]
    public void A_stack_pointer_that_is_not_aligned_is_not_followed()
    {
        _stack[0] = Code + 0x210;
        Backtrace.Print(new SymbolTable(_table), Code, (ulong)_stack + 1, 0, true, &StackOf, &Collect);
        Assert.Single(s_lines);
    }

    [Fact]
    public void A_frame_that_leads_to_itself_ends_the_backtrace()
    {
        _stack[0] = Code + 0x410;
        _stack[1] = Code + 0x410;
        Print(Code + 0x410, rsp: 1, rbp: 0, interrupted: true);
        Assert.Single(s_lines);
    }

    [Fact]
    public void A_circle_of_interrupts_ends_after_a_page_of_lines()
    {
        _stack[5] = Code + 0x300;
        _stack[8] = (ulong)(_stack + 5);
        Print(Code + 0x300, rsp: 5, rbp: 0, interrupted: true);
        Assert.Equal(65, s_lines.Count);
        Assert.Equal("  ...", s_lines[^1]);
    }

    [Fact]
    public void Without_a_table_the_address_and_the_word_on_the_stack_are_shown()
    {
        _stack[0] = Code + 0x50;
        Backtrace.Print(new SymbolTable(default), Code + 5, (ulong)_stack, 0, true, &StackOf, &Collect);
        Assert.Equal(["  at 0xffffffff80100005", "  at 0xffffffff80100050"], s_lines);
    }

    private void Print(ulong rip, int rsp, int rbp, bool interrupted)
        => Backtrace.Print(new SymbolTable(_table), rip, (ulong)(_stack + rsp), (ulong)(_stack + rbp), interrupted, &StackOf, &Collect);

    private static StackBounds StackOf(ulong address)
        => address >= s_low.Low && address < s_low.High ? s_low
            : address >= s_high.Low && address < s_high.High ? s_high
            : default;

    private static void Collect(ReadOnlySpan<byte> line) => s_lines.Add(Encoding.UTF8.GetString(line));

    private static CallFrameRow FromRsp(long offset, long? rbp = null) => new(0, CallFrameBase.Rsp, offset, -8, rbp, null, false);

    private static CallFrameRow FromRbp(long offset, long? rbp = null) => new(0, CallFrameBase.Rbp, offset, -8, rbp, null, false);

    private static SymbolTableFunction Function(ulong at, string name, (ulong Offset, CallFrameRow Row)[] frames, string type = "Test", int line = 10)
        => new(Code + at, 0x20, type, name, line > 0 ? "Test.cs" : "", line > 0 ? [(0u, line)] : [], [.. frames.Select(f => f.Row with { Address = f.Offset })]);
}
