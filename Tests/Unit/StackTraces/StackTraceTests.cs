using System.Diagnostics;
using System.Text;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.StackTraces;
using Iced.Intel;

namespace AzaleaOS.Tests.Unit.StackTraces;

/// <summary>Lines of a program's stack traces get the file and the line they come from.</summary>
public sealed class StackTraceTests : IDisposable
{
    private const int CallLine = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("azalea-trace-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("   at Program.<Main>$(String[]) + 0x1f", "Program.<Main>$", 0x1f)]
    [InlineData("   at System.Linq.Enumerable.Sum[T](IEnumerable`1) + 0xAb", "System.Linq.Enumerable.Sum", 0xab)]
    [InlineData("   at A.B.<>c.<Run>b__3_0() + 0x50", "A.B.<>c.<Run>b__3_0", 0x50)]
    public void A_frame_is_a_method_and_an_offset(string line, string method, ulong offset)
    {
        TraceLine frame = TraceLine.Parse(line)!;
        Assert.Equal((method, offset), (frame.Method, frame.Offset));
        Assert.StartsWith(frame.Text, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unhandled exception. System.Exception: at X() + 0x1")]
    [InlineData("   at Program.Main()")]
    [InlineData("   at Program.Main() + 0xzz")]
    [InlineData("at Program.Main() + 0x1")]
    [InlineData("--- End of stack trace from previous location ---")]
    [InlineData("")]
    public void Other_lines_are_none(string line) => Assert.Null(TraceLine.Parse(line));

    [Theory]
    [InlineData("GcStress_Program___Main__", "Program.<Main>$", true)]
    [InlineData("Hello_A_B_C__Run_12", "A.B.C.Run", true)]
    [InlineData("Hello_A_B___c___Run_b__3_0", "A.B.<>c.<Run>b__3_0", true)]
    [InlineData("S_P_CoreLib_System_Collections_Generic_List_1<System___Canon>__Add", "System.Collections.Generic.List`1.Add", true)]
    [InlineData("System_Linq_System_Linq_Enumerable__Sum<Int32__A<B>>", "System.Linq.Enumerable.Sum", true)]
    [InlineData("Hello_A_C___ctor", "A.C..ctor", true)]
    [InlineData("Hello_A_C__System_IDisposable_Dispose", "A.C.System.IDisposable.Dispose", true)]
    [InlineData("Hello_AA_C__Run", "A.C.Run", false)]
    [InlineData("Hello_A_C__RunAll", "A.C.Run", false)]
    [InlineData("Hello_A_C__Run_", "A.C.Run", false)]
    public void A_method_of_a_trace_finds_its_symbol(string symbol, string method, bool isMatch)
    {
        string plain = MangledNames.WithoutArguments(symbol);
        Assert.Equal(isMatch, MangledNames.Endings(method).Any(ending => MangledNames.Matches(plain, ending)));
    }

    [Theory]
    [InlineData("-gz=none")]
    [InlineData("-gz=zlib")]
    public void The_frames_of_an_exception_get_their_lines_and_nothing_else_changes(string compression)
    {
        string program = Compile(compression);
        ulong offset = CallEnd(program, "Hello_A_Worker__Run");
        string frame = $"   at A.Worker.Run(Int32) + 0x{offset:x}";
        string said = $"out\nUnhandled exception. A.Broken: two\nlines\n{frame}\r\n   at A.Nobody.Run() + 0x1\n{frame[..^2]}zz\nterminated\n";
        string expected = $"Unhandled exception. A.Broken: two\nlines\n   at A.Worker.Run(Int32) in {Path.Combine(_folder, "worker.c")}:line {CallLine}\n   at A.Nobody.Run() + 0x1";
        Assert.Equal(expected, UnhandledException.Describe(said, program));

        // An offset where no instruction begins is not this program's.
        Assert.Null(UnhandledException.Describe($"Unhandled exception. X\n   at A.Worker.Run() + 0x{offset - 1:x}\n", program));
        Assert.Null(UnhandledException.Describe("nothing", program));
        Assert.Null(UnhandledException.Describe(said, "/etc/passwd"));
        Assert.Null(UnhandledException.Describe(said, Path.Combine(_folder, "missing")));
    }

    [Fact]
    public void The_end_of_a_long_output_is_kept_and_all_of_it_is_passed_on()
    {
        using var next = new MemoryStream();
        var tail = new TailStream(next);
        var all = new StringBuilder();
        for (int i = 0; i < 40_000; i++)
        {
            string piece = i + "\n";
            all.Append(piece);
            tail.Write(Encoding.ASCII.GetBytes(piece));
        }

        string large = new('x', 200_000);
        Assert.Equal(all.ToString(), Encoding.ASCII.GetString(next.ToArray()));
        Assert.Equal(all.ToString()[^(64 << 10)..], tail.Text);
        tail.Write(Encoding.ASCII.GetBytes(large + "end"));
        Assert.Equal((large + "end")[^(64 << 10)..], tail.Text);
    }

    private string Compile(string compression)
    {
        string source = Path.Combine(_folder, "worker.c");
        string program = Path.Combine(_folder, "worker");
        File.WriteAllText(source, "int value;\nvoid Hello_A_Worker__Stop(int x) __attribute__((noinline, noipa));\nint Hello_A_Worker__Run(int x) {\n    Hello_A_Worker__Stop(x);\n    value = x;\n    return x + 1;\n}\nvoid Hello_A_Worker__Stop(int x) { value += x; }\nint main(void) { return Hello_A_Worker__Run(1); }\n");
        using Process compiler = Process.Start("/usr/bin/gcc", ["-g", compression, "-O1", "-o", program, source]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return program;
    }

    private static ulong CallEnd(string program, string function)
    {
        ElfFile file = ElfFile.Open(program);
        ElfSymbol symbol = file.Symbols.Single(one => one.Name == function);
        ElfSegment code = file.Segments.Single(segment => segment.Type == ElfSegmentType.Load && symbol.Value >= segment.VirtualAddress && symbol.Value < segment.VirtualAddress + segment.FileSize);
        var decoder = Iced.Intel.Decoder.Create(64, file.Contents(code)[(int)(symbol.Value - code.VirtualAddress)..].ToArray(), symbol.Value);
        Instruction instruction;
        do
            decoder.Decode(out instruction);
        while (instruction.FlowControl != FlowControl.Call);
        return decoder.IP - symbol.Value;
    }
}
