using System.Globalization;
using System.Text;
using AzaleaOS.Diagnostics;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Diagnostics;

/// <summary>Numbers and text are written as the class library writes them, without it.</summary>
public sealed class TextBufferTests
{
    [Property]
    public void Unsigned_numbers_look_as_everywhere(ulong value)
    {
        TextBuffer buffer = new(new byte[32]);
        buffer.Append(value);

        Assert.Equal(value.ToString(CultureInfo.InvariantCulture), Text(buffer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Signed_numbers_have_their_sign(long value)
    {
        TextBuffer buffer = new(new byte[32]);
        buffer.Append(value);

        Assert.Equal(value.ToString(CultureInfo.InvariantCulture), Text(buffer));
    }

    [Property]
    public void Hexadecimal_numbers_have_at_least_the_digits_asked_for(ulong value, byte width)
    {
        int digits = 1 + (width % 16);
        TextBuffer buffer = new(new byte[32]);
        buffer.AppendHex(value, digits);

        Assert.Equal(value.ToString($"x{digits}", CultureInfo.InvariantCulture), Text(buffer));
    }

    [Fact]
    public void What_does_not_fit_is_cut_off()
    {
        TextBuffer buffer = new(new byte[5]);
        buffer.Append("abc"u8);
        buffer.Append(12345UL);

        Assert.Equal("abc12", Text(buffer));
    }

    [Fact]
    public void Letters_outside_ASCII_become_question_marks()
    {
        TextBuffer buffer = new(new byte[16]);
        buffer.Append("gr\u00fcn");

        Assert.Equal("gr?n", Text(buffer));
    }

    [Fact]
    public void A_line_is_put_together_from_an_interpolated_string()
    {
        ReadOnlySpan<byte> name = "core"u8;
        LogMessage message = $"{name} {3} of {4UL} at 0x{0xabcUL:x} and {0xabcUL:x8}, {-5}";

        Assert.Equal("core 3 of 4 at 0xabc and 00000abc, -5", Encoding.ASCII.GetString(message.Written));
    }

    [Fact]
    public void A_line_that_is_too_long_ends_early_and_harms_nothing()
    {
        LogMessage message = new(0, 0);
        for (int i = 0; i < 1000; i++)
            message.AppendLiteral("x");
        message.AppendFormatted(17);

        Assert.Equal(new string('x', message.Written.Length), Encoding.ASCII.GetString(message.Written));
    }

    private static string Text(TextBuffer buffer) => Encoding.ASCII.GetString(buffer.Written);
}
