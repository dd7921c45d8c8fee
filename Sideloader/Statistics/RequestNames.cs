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
            return Operation((ChannelOperation)operation);
        ReadOnlySpan<byte> name = SyscallNames.Find(operation, out _);
        return name.IsEmpty ? $"syscall_{operation}" : Encoding.ASCII.GetString(name);
    }

    /// <summary>A letter for each argument, as <see cref="SyscallNames"/> explains; empty for none or unknown.</summary>
    internal static string Arguments(ushort operation)
    {
        if (operation >= (ushort)ChannelOperation.First)
            return "";
        SyscallNames.Find(operation, out ReadOnlySpan<byte> arguments);
        return Encoding.ASCII.GetString(arguments);
    }

    private static string Operation(ChannelOperation operation) => operation switch
    {
        ChannelOperation.Hello => "#hello",
        ChannelOperation.Cancel => "#cancel",
        ChannelOperation.Ping => "#ping",
        ChannelOperation.Log => "#log",
        ChannelOperation.Exit => "#exit",
        ChannelOperation.WaitEvent => "#waitevent",
        _ => $"#{(ushort)operation:x}",
    };
}
