using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Tests.Unit.Applications;
using FsCheck;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Files;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class DescriptorTableTests : IDisposable
{
    private static int s_released;

    private readonly HostApplication _host = new();
    private readonly FileOperations* _operations;

    public DescriptorTableTests()
    {
        s_released = 0;
        _operations = (FileOperations*)HostApplication.Pin(new byte[sizeof(FileOperations)]);
        _operations->Release = &CountRelease;
    }

    public void Dispose() => _host.Dispose();

    [Property(MaxTest = 200)]
    public void Any_sequence_of_calls_leaves_the_descriptors_that_Linux_would_leave(byte[] script)
    {
        Assert.True(DescriptorTable.Initialize());
        s_released = 0;
        SortedDictionary<int, int> model = [];
        Dictionary<nint, int> names = [];
        int made = 0;
        for (int i = 0; i + 1 < script.Length; i += 2)
        {
            int a = script[i + 1] % 140;
            int lowest = Enumerable.Range(0, 200).First(d => !model.ContainsKey(d));
            switch (script[i] % 4)
            {
                case 0:
                    Assert.Equal(lowest, DescriptorTable.AddAnonymous(_operations, null, OpenFlags.CloseOnExec));
                    FileReference added = DescriptorTable.Get(lowest);
                    names[(nint)added.File] = model[lowest] = made++;
                    added.Release();
                    break;
                case 1:
                    Assert.Equal(model.Remove(a) ? 0 : -Errno.EBADF, DescriptorTable.Close(a));
                    break;
                case 2:
                    int from = script[i] / 4;
                    bool isOpen = model.TryGetValue(from, out int file);
                    if (from != a)
                        Assert.Equal(isOpen ? a : -Errno.EBADF, DescriptorTable.Duplicate(from, a, false));
                    if (isOpen)
                        model[a] = file;
                    break;
                default:
                    int expected = Enumerable.Range(a, 200).First(d => !model.ContainsKey(d));
                    Assert.Equal(expected, DescriptorTable.Reserve(false, a));
                    Assert.True(DescriptorTable.Get(expected).IsNull);
                    Assert.Equal(-Errno.EBADF, DescriptorTable.Close(expected));
                    DescriptorTable.Unreserve(expected);
                    break;
            }
        }

        List<int> open = [];
        for (int d = DescriptorTable.Next(0); d >= 0; d = DescriptorTable.Next(d + 1))
        {
            FileReference reference = DescriptorTable.Get(d);
            Assert.Equal(model[d], names[(nint)reference.File]);
            reference.Release();
            open.Add(d);
        }

        Assert.Equal(model.Keys, open);
        Assert.Equal(made - model.Values.Distinct().Count(), s_released);
    }

    [Fact]
    public void The_limit_can_be_raised_to_the_capacity_and_every_descriptor_used()
    {
        DescriptorTable.Limit = DescriptorTable.Capacity;
        OpenFile* file = OpenFile.Create(FileTree.Anonymous, _operations, null, OpenFlags.ReadWrite);
        for (int expected = 0; expected < DescriptorTable.Capacity; expected++)
        {
            Assert.Equal(expected, DescriptorTable.Add(file, 0, false));
            OpenFile.Hold(file);
        }

        Assert.Equal(-Errno.EMFILE, DescriptorTable.Add(file, 0, false));
        Assert.Equal(0, DescriptorTable.Close(77_777));
        Assert.Equal(77_777, DescriptorTable.Add(file, 0, false));
    }

    [Fact]
    public void A_file_in_use_outlives_its_descriptor()
    {
        Assert.Equal(0, DescriptorTable.AddAnonymous(_operations, null, OpenFlags.ReadWrite));
        FileReference reference = DescriptorTable.Get(0);
        Assert.Equal(0, DescriptorTable.Close(0));
        Assert.Equal(0, s_released);
        Assert.True(reference.File->Node == FileTree.Anonymous);
        reference.Release();
        Assert.Equal(1, s_released);
    }

    [Fact]
    public void Threads_that_open_use_and_close_the_same_descriptors_never_meet_a_file_that_is_gone()
    {
        const int Threads = 4, Rounds = 20_000;
        int opened = 0;
        var workers = Enumerable.Range(0, Threads).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            for (int i = 0; i < Rounds; i++)
            {
                int descriptor = random.Next(4);
                switch (random.Next(4))
                {
                    case 0 when DescriptorTable.AddAnonymous(_operations, (void*)0x1234, OpenFlags.ReadWrite) >= 0:
                        Interlocked.Increment(ref opened);
                        break;
                    case 1:
                        DescriptorTable.Close(descriptor);
                        break;
                    case 2:
                        DescriptorTable.Duplicate(descriptor, random.Next(4), false);
                        break;
                    default:
                        FileReference reference = DescriptorTable.Get(descriptor);
                        if (!reference.IsNull && reference.File->Data != (void*)0x1234)
                            Environment.FailFast("a descriptor led to a file that had been closed");
                        reference.Release();
                        break;
                }
            }
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        for (int d = DescriptorTable.Next(0); d >= 0; d = DescriptorTable.Next(d + 1))
            DescriptorTable.Close(d);
        Assert.Equal(opened, s_released);
    }

    private static void CountRelease(OpenFile* file)
    {
        file->Data = null;
        Interlocked.Increment(ref s_released);
    }
}
