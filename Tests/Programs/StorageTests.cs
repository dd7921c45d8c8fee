using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>Programs that keep data: a database in a file, a server of keys and values, a test of disks.</summary>
public sealed class StorageTests
{
    private static readonly string[] s_redis =
        ["--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "no", "--logfile", "redis.log", "--enable-debug-command", "yes"];

    public static OnCores Jobs { get; } = new("verify.fio", "threads.fio", "wrong.fio");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void SQLite_keeps_a_database_as_on_Linux(int cpus)
        => new ProgramRun(ProgramStore.Find("sqlite")).MustEqualLinux(cpus);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void The_server_of_Redis_answers_its_benchmark_as_on_Linux(int cpus)
        => new ProgramRun(ProgramStore.Find("redis"), s_redis).MustEqualLinux(cpus);

    [Theory]
    [MemberData(nameof(Jobs))]
    public void What_fio_writes_it_finds_again_and_what_is_wrong_it_reports_as_on_Linux(string job, int cpus)
        => new ProgramRun(ProgramStore.Find("fio"), "--output=result", job) { Files = ["Fio/" + job, "Fio/spoilt"] }.MustEqualLinux(cpus);
}
