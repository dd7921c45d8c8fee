using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Loader;

namespace AzaleaOS.Tests.Unit.Applications;

public sealed unsafe class InitialStackTests
{
    [Fact]
    public void A_program_finds_its_arguments_environment_and_auxiliary_vector()
    {
        ulong pointer = Build(["sort", "-r", "", "/etc/passwd"], ["HOME=/", "A="], out byte* memory, out int size);
        Assert.Equal(0UL, pointer % 16);
        ulong* word = (ulong*)pointer;
        Assert.Equal(4UL, *word++);
        Assert.Equal(["sort", "-r", "", "/etc/passwd"], Strings(ref word));
        Assert.Equal(["HOME=/", "A="], Strings(ref word));
        Dictionary<AuxiliaryKey, ulong> auxiliary = [];
        for (; *word != 0; word += 2)
            auxiliary.Add((AuxiliaryKey)word[0], word[1]);

        Assert.Equal(0x400040UL, auxiliary[AuxiliaryKey.ProgramHeaders]);
        Assert.Equal(56UL, auxiliary[AuxiliaryKey.ProgramHeaderSize]);
        Assert.Equal(10UL, auxiliary[AuxiliaryKey.ProgramHeaderCount]);
        Assert.Equal(4096UL, auxiliary[AuxiliaryKey.PageSize]);
        Assert.Equal(0x401000UL, auxiliary[AuxiliaryKey.Entry]);
        Assert.Equal(100UL, auxiliary[AuxiliaryKey.ClockTicks]);
        Assert.Equal(0x0bfbUL, auxiliary[AuxiliaryKey.Hardware]);
        Assert.Equal(0UL, auxiliary[AuxiliaryKey.Secure]);
        Assert.Equal(3632UL, auxiliary[AuxiliaryKey.SignalStackSize]);
        Assert.Equal(0x7fff_0000_1000UL, auxiliary[AuxiliaryKey.Vdso]);
        Assert.Equal("x86_64", Text(auxiliary[AuxiliaryKey.Platform]));
        Assert.Equal("/bin/busybox", Text(auxiliary[AuxiliaryKey.FileName]));
        Assert.Equal(s_random, new ReadOnlySpan<byte>((void*)auxiliary[AuxiliaryKey.Random], 16).ToArray());
        Assert.True(pointer >= (ulong)memory, $"the stack needs more than the {size} bytes it announced");
        NativeMemory.AlignedFree(memory);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 4)]
    [InlineData(300, 200, 9)]
    public void It_fits_into_the_size_it_announces(int arguments, int environment, int length)
    {
        string word = new('x', length);
        ulong pointer = Build([.. Enumerable.Repeat(word, arguments)], [.. Enumerable.Repeat(word, environment)], out byte* memory, out _);
        Assert.True(pointer >= (ulong)memory);
        Assert.Equal(0UL, pointer % 16);
        Assert.Equal((ulong)arguments, *(ulong*)pointer);
        NativeMemory.AlignedFree(memory);
    }

    private static readonly byte[] s_random = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    private static ulong Build(string[] arguments, string[] environment, out byte* memory, out int size)
    {
        fixed (byte* first = Words(arguments), second = Words(environment))
        {
            var stack = new InitialStack
            {
                Program = new LoadedProgram { Entry = 0x401000, HeadersAddress = 0x400040, HeaderCount = 10 },
                Arguments = new WordList(first, arguments.Length),
                Environment = new WordList(second, environment.Length),
                FileName = "/bin/busybox"u8,
                Random = s_random,
                Hardware = 0x0bfb,
                SignalStackSize = 3632,
                Vdso = 0x7fff_0000_1000,
            };
            size = (int)stack.Measure();
            int room = (size + 4095) & ~4095;
            memory = (byte*)NativeMemory.AlignedAlloc((nuint)room, 4096);
            new Span<byte>(memory, room).Fill(0xcc);
            return stack.Write((ulong)memory + (ulong)room);
        }
    }

    private static byte[] Words(string[] words) => [.. words.SelectMany(w => Encoding.UTF8.GetBytes(w + "\0")), 0];

    private static List<string> Strings(ref ulong* word)
    {
        List<string> strings = [];
        while (*word != 0)
            strings.Add(Text(*word++));
        word++;
        return strings;
    }

    private static string Text(ulong at) => Marshal.PtrToStringUTF8((nint)at)!;
}
