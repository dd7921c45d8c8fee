using AzaleaOS.Sideloader.Unikernels;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Commands;

/// <summary>What is written down of unikernels, and how it survives.</summary>
public sealed class StateTests : IDisposable
{
    private readonly HostDirectory _host = new();
    private readonly string? _before = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");

    public StateTests() => Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", _host.Root);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", _before);
        _host.Dispose();
    }

    [Fact]
    public void A_record_is_found_by_number_first_digits_and_name_and_nobody_else_may_look()
    {
        StateDirectory state = StateDirectory.Open();
        UnikernelDirectory home = state.Create("web");
        home.Write(Record(home, "web", ProcessIdentity.Current));

        Assert.Equal(home.Id, state.Find("web").Id);
        Assert.Equal(home.Id, state.Find(home.Id[..5]).Id);
        Assert.Equal(UnikernelState.Running, state.Find(home.Id).Read().State);
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (string path in (string[])[state.Location, home.Location, .. Directory.GetFiles(home.Location)])
            Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(path) & Others);
        Assert.Contains("is taken", Assert.Throws<CommandException>(() => state.Create("web")).Message, StringComparison.Ordinal);
        Assert.Contains("a name has", Assert.Throws<CommandException>(() => state.Create("../web")).Message, StringComparison.Ordinal);
        Assert.Contains("there is no unikernel", Assert.Throws<CommandException>(() => state.Find("zzz")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_whose_process_is_gone_is_lost_even_if_another_has_its_number()
    {
        StateDirectory state = StateDirectory.Open();
        UnikernelDirectory home = state.Create(null);
        ProcessIdentity own = ProcessIdentity.Current;
        home.Write(Record(home, null, own with { StartTime = own.StartTime - 1 }));

        UnikernelRecord record = home.Read();
        Assert.Equal((UnikernelState.Lost, 125), (record.State, record.Status));
        Assert.False(record.IsActive);
    }

    [Fact]
    public void A_state_directory_that_others_may_write_is_refused()
    {
        StateDirectory state = StateDirectory.Open();
        File.SetUnixFileMode(state.Location, (UnixFileMode)0x1FF);
        Assert.Equal(69, Assert.Throws<CommandException>(StateDirectory.Open).Status);
    }

    [Fact]
    public async Task A_reader_never_sees_half_a_record()
    {
        StateDirectory state = StateDirectory.Open();
        UnikernelDirectory home = state.Create(null);
        UnikernelRecord record = Record(home, null, ProcessIdentity.Current);
        home.Write(record);
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
                home.Write(record with { Arguments = [new string('x', i * 997 % 20_000)] });
        });
        for (int i = 0; i < 200; i++)
            Assert.Equal(home.Id, home.Read().Id);
        await stop.CancelAsync();
        await writer;
    }

    private static UnikernelRecord Record(UnikernelDirectory home, string? name, ProcessIdentity supervisor) => new()
    {
        Id = home.Id,
        Name = name,
        State = UnikernelState.Running,
        Image = "/image",
        Supervisor = supervisor,
        Created = DateTimeOffset.UtcNow,
    };
}
