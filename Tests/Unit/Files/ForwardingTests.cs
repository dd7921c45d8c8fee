using System.Text;
using AzaleaOS.Syscalls;

namespace AzaleaOS.Tests.Unit.Files;

/// <summary>Which paths are the kernel's when a Linux peer has a tree.</summary>
public sealed class ForwardingTests
{
    [Theory]
    [InlineData("/", false)]
    [InlineData("/proc", true)]
    [InlineData("/proc/", true)]
    [InlineData("/proc/self/maps", true)]
    [InlineData("//dev//null", true)]
    [InlineData("/./sys", true)]
    [InlineData("/tmp/../proc/version", true)]
    [InlineData("/../../proc", true)]
    [InlineData("/proc/..", false)]
    [InlineData("/proc/../etc/passwd", false)]
    [InlineData("/proc/1/../../home", false)]
    [InlineData("/process", false)]
    [InlineData("/pro", false)]
    [InlineData("/home/proc", false)]
    [InlineData("/device", false)]
    [InlineData("/...", false)]
    public void The_first_name_of_the_tidied_path_decides(string path, bool isInternal) =>
        Assert.Equal(isInternal, Forwarding.IsInternal(Encoding.UTF8.GetBytes(path)));
}
