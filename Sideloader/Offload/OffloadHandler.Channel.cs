using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.Offload;

// What is no system call.
internal sealed unsafe partial class OffloadHandler
{
    private const int MaxLogLine = 4096;

    private long ExecuteOperation(ChannelOperation operation)
    {
        if (operation == ChannelOperation.Hello)
            return Greet();
        if (!_application.Greeted)
            return -(int)Errno.EPROTO;

        switch (operation)
        {
            case ChannelOperation.Ping:
                return 0;
            case ChannelOperation.Cancel:
                return _application.Cancel((ulong)Argument(0));
            case ChannelOperation.Log:
                return Log();
            case ChannelOperation.Exit:
                _application.ExitStatus = (int)Argument(0);
                _meter?.Ended((ulong)Argument(1));
                return 0;
            case ChannelOperation.WaitEvent:
                return WaitForSignal();
            default:
                return -(int)Errno.ENOSYS;
        }
    }

    private long Greet()
    {
        if (!_chain.TryRead(RequestHeader.Bytes, out HelloRequest request) || request.Magic != ChannelProtocol.Magic
            || request.OldestVersion > ChannelProtocol.Version || request.NewestVersion < ChannelProtocol.Version)
        {
            return -(int)Errno.EPROTO;
        }

        _application.Reset();
        long result = Answer(new HelloResponse
        {
            Magic = ChannelProtocol.Magic,
            Version = ChannelProtocol.Version,
            MaxSegments = DescriptorChain.MaxSegments,
            Features = request.Features & _application.Features,
            MaxWaiting = MaxWaiting,
        });
        _application.HasPlaces = (request.Features & _application.Features & ChannelFeatures.KernelPlaces) != 0;
        _application.Greeted = result == 0;
        if (result == 0)
            _meter?.Greeted(request.Features & _application.Features);
        return result;
    }

    private long WaitForSignal()
    {
        int signal = _application.TakeSignal();
        return signal != 0 ? signal : KeepForSignal();
    }

    private long Log()
    {
        if (Argument(0) is < 0 or > MaxLogLine)
            return -(int)Errno.EINVAL;

        int length = _chain.Read(RequestHeader.Bytes, new Span<byte>(_records, (int)Argument(0)));
        // It goes to somebody's terminal: no control characters.
        var line = new StringBuilder(Encoding.UTF8.GetString(_records, length));
        for (int i = 0; i < line.Length; i++)
        {
            if (char.IsControl(line[i]))
                line[i] = '?';
        }

        _application.Log(line.ToString());
        return 0;
    }
}
