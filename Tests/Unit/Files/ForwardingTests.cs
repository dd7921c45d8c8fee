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
    [InlineData("/tmp/../proc/version", false)]
    [InlineData("/../../proc", false)]
    [InlineData("/proc/../dev/null", true)]
    [InlineData("/proc/self/../version", true)]
    [InlineData("/proc/..", false)]
    [InlineData("/proc/../etc/passwd", false)]
    [InlineData("/proc/1/../../home", false)]
    [InlineData("/process", false)]
    [InlineData("/pro", false)]
    [InlineData("/home/proc", false)]
    [InlineData("/device", false)]
    [InlineData("/...", false)]
    public void The_first_name_decides_and_the_peer_looks_at_what_leads_to_others(string path, bool isInternal) =>
        Assert.Equal(isInternal, Forwarding.IsInternal(Encoding.UTF8.GetBytes(path)));
}
