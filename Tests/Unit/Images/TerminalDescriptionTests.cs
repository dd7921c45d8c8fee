using AzaleaOS.Build.Images;

namespace AzaleaOS.Tests.Unit.Images;

/// <summary>Programs learn what their terminal is.</summary>
public sealed class TerminalDescriptionTests
{
    [Theory]
    [InlineData("ttt", "env=TERM=xterm-256color env=HOME=/", "--", "/app/Hello")]
    [InlineData("ppt", "env=TERM=xterm-256color env=HOME=/", "env=A=B", "--", "/app/Hello", "env=TERM=mine")]
    [InlineData("ppp", "", "--", "/app/Hello")]
    [InlineData("ttt", "env=HOME=/", "env=TERM=vt100", "--", "/app/Hello")]
    [InlineData("ttt", "", "env=TERM=vt100", "env=HOME=/home/me", "--", "/app/Hello")]
    public void The_kind_of_a_terminal_and_a_home_are_told_unless_the_user_did(string streams, string told, params string[] words)
        => Assert.Equal(told, string.Join(' ', TerminalDescription.Options(streams, words)));

    [Fact]
    public void The_description_is_in_the_image_and_the_user_s_own_replaces_it()
    {
        var files = new Initramfs();
        TerminalDescription.AddTo(files);
        string path = Assert.Single(files.Paths, path => path.EndsWith("terminfo/x/xterm-256color", StringComparison.Ordinal));
        int count = files.Count;
        files.AddContent("/" + path, new byte[1]);
        Assert.Equal(count, files.Count);
    }
}
