using System.Text;
using AzaleaOS.Boot;

namespace AzaleaOS.Tests.Unit.Boot;

/// <summary>Lines of a kernel that reads its console.</summary>
public sealed unsafe class LineInputTests
{
    private static byte[] s_input = [];
    private static int s_at;

    [Theory]
    [InlineData("one\ntwo\r\nthree\r\rfour\n\u001eE", "one|two|three||four|end|end")]
    [InlineData("cut\u001eE", "cut|end")]
    [InlineData("abx\bc\u007fd\n\b\bz\n\u001eE", "abd|z|end")]
    [InlineData("a\u001e\u001eb\u001eW80x25\nc\n\u001eE", "a\u001ebc|end")]
    [InlineData("longer than ten\nnext\n\u001eE", "longer tha|next|end")]
    public void A_line_ends_with_either_character_or_both_and_can_be_corrected(string input, string expected)
    {
        s_input = Encoding.Latin1.GetBytes(input);
        s_at = 0;
        LineInput.Reset();
        LineInput.Receive = &Receive;
        List<string> lines = [];
        Span<byte> line = stackalloc byte[10];
        foreach (string _ in expected.Split('|'))
        {
            int length = LineInput.Read(line);
            lines.Add(length < 0 ? "end" : Encoding.Latin1.GetString(line[..length]));
        }

        Assert.Equal(expected, string.Join('|', lines));
    }

    private static bool Receive(out byte value)
    {
        value = s_input[s_at++];
        return true;
    }
}
