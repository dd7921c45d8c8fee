using System.Globalization;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Tests.Sideloader.Driving;
using Answer = AzaleaOS.Tests.Sideloader.Driving.LyingDevice.Answer;

namespace AzaleaOS.Tests.Sideloader.Unikernels;

/// <summary>A peer that lies about where a path leads: the call gets an error, and the kernel goes on.</summary>
public sealed class LyingPeerTests : IDisposable
{
    private const int Kinds = 32;
    private const int Random = 6400;

    /// <summary>What a kernel takes of a path and the number of links before it.</summary>
    private const int Room = 4096 - 32;

    /// <summary>What the peer says to the question where the path leads, and the error of stat then; null for success.</summary>
    private static readonly (Func<int, Answer> Explanation, Errno? Stat)[] s_lies =
    [
        (_ => Said("/proc/self/comm") with { Result = 1 << 20 }, Errno.ENAMETOOLONG),
        (_ => Said("/proc/self/comm") with { Result = long.MaxValue }, Errno.EIO),
        (_ => Said("/proc/self/comm") with { Result = long.MinValue }, Errno.EIO),
        (_ => Said("/proc/self/comm") with { Result = Room }, Errno.ENAMETOOLONG),
        (_ => Said("/proc/self/comm") with { Result = Room - 1 }, Errno.EIO),
        (room => new(room, Fill(room), (uint)room), Errno.ENAMETOOLONG),
        (_ => Said("/proc/self/comm") with { Said = uint.MaxValue - 100 }, null),
        (_ => Said("/proc/self/comm") with { Data = [], Said = 0 }, Errno.EIO),
        (_ => Said(""), Errno.EIO),
        (_ => Said("proc/self/comm"), Errno.EIO),
        (_ => Said("/proc/self\0/comm"), Errno.EIO),
        (_ => Said("/true"), Errno.EIO),
        (_ => Said("/proc/../true"), Errno.EIO),
        (_ => Said("/true/.."), Errno.ENOENT),
        (_ => Said("/proc/self/comm", links: 255), Errno.ELOOP),
        (_ => Said("/proc/version", links: 255), null),
        (_ => Said("/proc/" + new string('x', 300)), Errno.ENAMETOOLONG),
        (_ => Said("/proc/" + string.Concat(Enumerable.Repeat("./", 2000)) + "version"), null),
        (_ => Said("/proc/\u00ff\u0001\u00fe"), Errno.ENOENT),
        (_ => Said("/proc/self/root/lie/18"), Errno.ENOENT),
        (_ => Answer.Error(0), Errno.ELOOP),
        (_ => Answer.Error(Errno.EREMOTE), Errno.EIO),
        (_ => Answer.Error((Errno)4095), (Errno)4095),
        (_ => Answer.Error((Errno)4096), Errno.EIO),
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("azalea-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_peer_that_lies_about_where_a_path_leads_is_told_from_one_that_does_not()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("lies", program);
        string root = Directory.CreateDirectory(Path.Combine(_directory, "root")).FullName;
        int seed = new Random().Next();
        var random = new Random(seed);
        LyingDevice? liar = null;
        var options = new OffloadOptions { Root = root, Cores = 1 };
        using var unikernel = new Unikernel(program, options, [$"{s_lies.Length}", $"{Random}"], disguise: device => liar = new LyingDevice(device, Lie));
        (int Status, string Output) result = unikernel.Wait();

        Assert.True(result.Status == 3, $"seed {seed}: {result.Output}");
        Assert.Equal($"{s_lies.Length * Kinds + Random} calls", result.Output.TrimEnd().Split('\n')[^1]);
        Assert.True(liar!.Lies > result.Output.Length / 100);
        List<string> wrong = [];
        for (int lie = 0; lie < s_lies.Length; lie++)
        {
            string line = result.Output.Split('\n').Single(line => line.StartsWith($"{lie}:", StringComparison.Ordinal));
            string expected = s_lies[lie].Stat is { } errno ? $"{errno}" : "0";
            if (!line.Contains($" stat={expected} ", StringComparison.Ordinal))
                wrong.Add($"not {expected}: {line}");
        }

        Assert.Empty(wrong);

        Answer Lie(RequestHeader request, string path, int room)
        {
            bool explains = (request.Flags & RequestFlags.Explain) != 0;
            if (int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out int lie))
                return explains ? s_lies[lie].Explanation(room) : Answer.Error(Errno.EREMOTE);
            return explains ? Anything(random, room) : random.Next(4) == 0 ? new Answer(random.Next(-5000, 5000), [], 0) : Answer.Error(Errno.EREMOTE);
        }
    }

    [Fact]
    public void A_thread_that_ends_before_its_redirected_path_was_read_leaves_no_memory_behind()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("forgotten", program);
        string root = Directory.CreateDirectory(Path.Combine(_directory, "root")).FullName;
        using var unikernel = new Unikernel(program, new OffloadOptions { Root = root, Cores = 1 }, [], disguise: device => new LyingDevice(device, Redirect));
        (int Status, string Output) result = unikernel.Wait();
        Assert.True(result.Status == 3, result.Output);

        static Answer Redirect(RequestHeader request, string path, int room) => (request.Flags & RequestFlags.Explain) != 0 ? Said("/proc/version") : Answer.Error(Errno.EREMOTE);
    }

    [Fact]
    public void A_peer_that_says_for_ever_that_a_call_was_interrupted_keeps_nobody_else_and_not_the_end()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("again", program);
        string root = Directory.CreateDirectory(Path.Combine(_directory, "root")).FullName;
        var options = new OffloadOptions { Root = root, Cores = 1 };
        using var unikernel = new Unikernel(program, options, [], disguise: device => new LyingDevice(device, (_, _, _) => Answer.Error(Errno.EINTR)));
        Assert.Equal((3, "slept twenty times\n"), unikernel.Wait());
    }

    /// <summary>An honest answer.</summary>
    private static Answer Said(string path, byte links = 1)
    {
        byte[] text = [links, .. Encoding.Latin1.GetBytes(path)];
        return new Answer(text.Length, text, (uint)text.Length);
    }

    private static byte[] Fill(int bytes)
    {
        byte[] text = new byte[bytes];
        text.AsSpan().Fill((byte)'/');
        return text;
    }

    /// <summary>Nearly a path of the kernel's, or noise, of any length, with any result.</summary>
    private static Answer Anything(Random random, int room)
    {
        string[] names = ["proc", "self", "dev", "sys", "..", ".", "", "fd", "0", "lie", "random", "null", "comm", "\0", "\u00ff", new string('n', 255), "task"];
        var path = new StringBuilder();
        for (int i = random.Next(8); i > 0; i--)
            path.Append('/').Append(names[random.Next(names.Length)]);
        Answer answer = Said(path.ToString(), (byte)random.Next(256));
        if (random.Next(3) == 0)
            random.NextBytes(answer.Data);
        return random.Next(6) switch
        {
            0 => answer with { Result = random.NextInt64(-5000, 5000) },
            1 => answer with { Result = random.NextInt64(long.MinValue, long.MaxValue) },
            2 => answer with { Said = (uint)random.Next() },
            3 => answer with { Result = random.Next(room + 2) },
            _ => answer,
        };
    }
}
