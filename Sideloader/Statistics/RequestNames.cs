using System.Text;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>What requests are called.</summary>
internal static class RequestNames
{
    /// <summary>The name of a system call, or of an operation of the channel with a # in front.</summary>
    internal static string Find(ushort operation)
    {
        if (operation >= (ushort)ChannelOperation.First)
            return Enum.IsDefined((ChannelOperation)operation) ? "#" + Lower(((ChannelOperation)operation).ToString()) : $"#{operation:x}";
        ReadOnlySpan<byte> name = SyscallNames.Find(operation, out _);
        return name.IsEmpty ? $"syscall_{operation}" : Encoding.ASCII.GetString(name);
    }

    /// <summary>A letter for each argument, as <see cref="SyscallNames"/> explains; empty for none or unknown.</summary>
    internal static string Arguments(ushort operation)
    {
        SyscallNames.Find(operation, out ReadOnlySpan<byte> arguments);
        return Encoding.ASCII.GetString(arguments);
    }

    private static string Lower(string name) => name.ToLowerInvariant();
}
