using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Machines;

/// <summary>A fault is reported with method and line, and ends with its signal's status.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData("write-null", 139, "page fault in the kernel: write to 0000000000000000, where nothing is mapped", "WriteNull")]
    [InlineData("read-page-0", 139, "page fault in the kernel: read of 0000000000000ff8, where nothing is mapped", "ReadPageZero")]
    [InlineData("write-text", 139, "page fault in the kernel: write to ffffffff80", "WriteText")]
    [InlineData("write-constant", 139, "page fault in the kernel: write to ffffffff80", "WriteConstant")]
    [InlineData("execute-data", 139, "page fault in the kernel: execution of ffffffff80", "ExecuteData")]
    [InlineData("execute-stack", 139, "page fault in the kernel: execution of ffffd", "ExecuteStack")]
    [InlineData("stack-overflow", 139, "stack overflow, page fault in the kernel: write to ffffd", "Recurse")]
    [InlineData("non-canonical", 139, "general protection fault in the kernel", "NonCanonical")]
    [InlineData("divide-error", 136, "divide error in the kernel", "DivideByZero")]
    [InlineData("invalid-opcode", 132, "invalid opcode in the kernel", "InvalidOpcode")]
    [InlineData("breakpoint", 133, "breakpoint in the kernel", "Breakpoint")]
    [InlineData("double-fault", 134, "double fault in the kernel", "DoubleFault")]
    [InlineData("nmi", 134, "non-maskable interrupt in the kernel", "NonMaskable")]
    [InlineData("panic", 134, "this is a test", "GiveUp")]
    [InlineData("index", 134, "index out of range", "IndexOutOfRange")]
    public async Task A_fault_names_its_reason_and_its_method(string test, int status, string reason, string method)
    {
        MachineResult result = await Promise.Machine.Test(test).Ends(status, $"panic: {reason}");

        Assert.Matches($@"(?m)^  at AzaleaOS\.Tests\.Promises\.Faults\.{method} in Faults\.cs:\d+$", result.Log);
        Assert.Matches(@"(?m)^  at AzaleaOS\.Kernel\.Live in Kernel\.cs:\d+$|^  \.\.\.$", result.Log);
        Assert.Contains("  rip ", result.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("kept", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_while_a_fault_is_reported_ends_the_machine_all_the_same()
        => await Promise.Machine.Test("fault-in-report").Ends(134, "panic: while reporting: page fault in the kernel");

    [Theory]
    [InlineData(MachineKind.Q35)]
    [InlineData(MachineKind.Pc)]
    public async Task A_fault_on_another_core_stops_all_cores(MachineKind kind)
    {
        MachineResult result = await (Promise.Machine with { Kind = kind, Cpus = 4 }).Test("divide-error-on-core")
            .Ends(136, "panic: divide error in the kernel on core 3");

        Assert.Contains("other cores stopped: 3", result.Log, StringComparison.Ordinal);
        Assert.Contains("Faults.Divide in Faults.cs:", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_is_reported_in_Bochs_too()
        => await (Promise.Machine with { Kind = MachineKind.Bochs, Timeout = TimeSpan.FromMinutes(2) }).Test("write-null")
            .Ends(139, "page fault in the kernel: write to 0000000000000000");
}
