using System.CommandLine;
using System.Net.Sockets;
using AzaleaOS.Sideloader.Confinement;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.VhostUser;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader virtiofs</c>: a directory of the host for a stock Linux guest in QEMU.</summary>
internal sealed class VirtioFsCommand : Command
{
    // sysexits.h: EX_USAGE, EX_UNAVAILABLE, EX_IOERR.
    private const int Usage = 64;
    private const int Unavailable = 69;
    private const int InputOutputError = 74;
    private const int Interrupted = 130;

    private readonly Option<string> _socket = new("--socket") { Description = "Where QEMU connects; the socket is made there.", HelpName = "PATH", Required = true };
    private readonly Option<string> _root = new("--root") { Description = "The directory that the guest sees.", HelpName = "DIR", Required = true };
    private readonly Option<bool> _readOnly = new("--read-only") { Description = "The guest may change nothing." };
    private readonly Option<string> _tag = new("--tag") { Description = "The name that the guest mounts it by, for hypervisors that ask: QEMU has its own.", HelpName = "NAME", DefaultValueFactory = _ => "host" };
    private readonly Option<int> _queues = new("--queues") { Description = "Most request queues; at least QEMU's num-request-queues.", HelpName = "N", DefaultValueFactory = _ => 16 };
    private readonly Option<int> _spin = new("--spin") { Description = "Microseconds to look for the next request before a queue's thread sleeps.", HelpName = "US", DefaultValueFactory = _ => 0 };
    private readonly Option<bool> _strict = new("--strict") { Description = "Hold the guest's driver to rules of VIRTIO that are harmless to break." };
    private readonly Option<bool> _offerConfiguration = new("--offer-config") { Description = "Offer the configuration space, for hypervisors other than QEMU." };

    private VirtioFsCommand()
        : base("virtiofs", "Serve a directory to a Linux guest (QEMU: vhost-user-fs-pci), until the guest's machine ends.")
    {
        foreach (Option option in new Option[] { _socket, _root, _readOnly, _tag, _queues, _spin, _strict, _offerConfiguration })
            Options.Add(option);
        _queues.Validators.Add(result => CheckRange(result, _queues, 1, 254));
        _spin.Validators.Add(result => CheckRange(result, _spin, 0, 1_000_000));
        SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
    }

    internal static VirtioFsCommand Create() => new();

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        TextWriter errors = TextWriter.Synchronized(Console.Error);
        try
        {
            ProcessConfinement.Enter(new ConfinementPlan
            {
                Trees = [(parsed.GetRequiredValue(_root), parsed.GetValue(_readOnly))],
                ForSockets = [Path.GetDirectoryName(Path.GetFullPath(parsed.GetRequiredValue(_socket))) ?? "/"],
                Log = line => errors.WriteLine($"sideloader: {line}"),
            });
            RaiseDescriptorLimit();
            using var device = new FileSystemDevice(parsed.GetRequiredValue(_root), parsed.GetRequiredValue(_tag), parsed.GetValue(_queues), parsed.GetValue(_readOnly));
            using var server = new VhostUserServer(parsed.GetRequiredValue(_socket), device, new VhostUserOptions
            {
                Strict = parsed.GetValue(_strict),
                Spin = TimeSpan.FromMicroseconds(parsed.GetValue(_spin)),
                OffersConfiguration = parsed.GetValue(_offerConfiguration),
                Log = line => errors.WriteLine($"sideloader: {line}"),
            });
            server.ServeOne(cancellation);
            return cancellation.IsCancellationRequested ? Interrupted : 0;
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (ArgumentException e)
        {
            errors.WriteLine($"sideloader: {e.Message}");
            return Usage;
        }
        catch (SocketException e)
        {
            errors.WriteLine($"sideloader: cannot listen at {parsed.GetRequiredValue(_socket)}: {e.Message}");
            return Unavailable;
        }
        catch (IOException e)
        {
            errors.WriteLine($"sideloader: {e.Message}");
            return InputOutputError;
        }
    }

    private static void CheckRange(System.CommandLine.Parsing.OptionResult result, Option<int> option, int least, int most)
    {
        if (result.GetValue(option) is var value && (value < least || value > most))
            result.AddError($"{option.Name} takes a number from {least} to {most}.");
    }

    /// <summary>The guest's files and the names that it remembers take a descriptor each.</summary>
    private static unsafe void RaiseDescriptorLimit()
    {
        Abi.Linux.ResourceLimit limit;
        LinuxException.ThrowIfFailed(Libc.GetLimit(Libc.DescriptorLimit, &limit), "ask for the limit of descriptors");
        limit.Current = limit.Maximum;
        LinuxException.ThrowIfFailed(Libc.SetLimit(Libc.DescriptorLimit, &limit), "raise the limit of descriptors");
    }
}
