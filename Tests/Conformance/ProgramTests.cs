using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>Programs that ask for results and error numbers: the kernel answers as Linux does.</summary>
public sealed class ProgramTests(SampleTree tree) : IClassFixture<SampleTree>
{
    [Theory]
    [InlineData("files", "-static")]
    [InlineData("waiting", "-static")]
    [InlineData("splice", "-static")]
    [InlineData("sockets", "-static")]
    [InlineData("memory", "-static")]
    [InlineData("memory", "-static-pie")]
    [InlineData("mappings", "-static")]
    [InlineData("addresses", "-static")]
    [InlineData("promised", "-static")]
    [InlineData("lent", "-static")]
    [InlineData("identity", "-static", "one", "", "two words", "quote\"back\\slash")]
    public void Every_result_is_the_one_of_Linux(string program, string kind, params string[] arguments)
    {
        string[] words = [tree.AddProgram(program, kind), .. arguments];
        tree.Here(new MachineDescription(), words).MustEqual(tree.OnLinux(words));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_page_costs_at_most_1000_instructions_to_map_and_unmap_to_touch_and_to_fault_in_while_other_cores_sleep(int cores)
    {
        MachineResult result = tree.Run(new MachineDescription { Cpus = cores, CountInstructions = true }, tree.AddProgram("pages", "-static"));
        var costs = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(words => words[0], words => int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));

        // Not fewer than the stores that fill a page, 128 of 32 bytes, and what an entry takes.
        Assert.InRange(costs["map"], 200, 1000);
        Assert.InRange(costs["touch"], 200, 1000);
        Assert.InRange(costs["fault"], 200, 1000);
        Assert.InRange(costs["store"], 0, 10);
    }

    [Theory]
    [InlineData("eager", 1, 0, 0)]
    [InlineData("eager", 2, 0, 0)]
    [InlineData("lazy", 1, 1000, 8000)]
    public void Memory_of_every_kind_has_its_frames_before_it_is_touched_when_pages_are_eager(string pages, int cores, int least, int most)
    {
        MachineResult result = tree.Run(new MachineDescription { Cpus = cores }, [$"pages={pages}"], tree.AddProgram("touch", "-static"));
        int[] faults = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(9, faults.Length);
        Assert.InRange(faults.Sum(), least, most);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Threads_that_tear_at_the_address_space_find_their_own_memory_and_errors_only(int cores)
    {
        // Four emulated cores that wait for each other all the time take turns on two of the host: seconds or a minute.
        string[] words = [tree.AddProgram("tearing", "-static")];
        tree.Here(new MachineDescription { Cpus = cores, Timeout = TimeSpan.FromMinutes(6) }, words).MustEqual(tree.OnLinux(words));
    }

    [Theory]
    [InlineData("vdso", "-static")]
    [InlineData("vdso", "-static-pie")]
    [InlineData("vdso", "musl")]
    public void Clocks_are_read_without_a_system_call(string program, string kind)
    {
        string[] words = [tree.AddProgram(program, kind)];
        MachineResult result = tree.Run(new MachineDescription { Cpus = 2 }, ["trace"], words);
        new Outcome(result.OutputBytes.ToArray(), result.Status, result.Log).MustEqual(tree.OnLinux(words));

        // The program asks for each of seven clocks twice by itself; two CPU times, and the first of each kind, are the kernel's.
        int calls = result.Log.Split('\n').Count(line => line.Contains("clock_gettime", StringComparison.Ordinal));
        Assert.InRange(calls, 14 + 2, 14 + 4);
        Assert.DoesNotContain("gettimeofday", result.Log);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Clocks_sleeping_and_usage_are_those_of_Linux(int cores)
    {
        string[] words = [tree.AddProgram("clocks", "-static")];
        tree.Here(new MachineDescription { Cpus = cores }, words).MustEqual(tree.OnLinux(["/usr/bin/setsid", "-w", .. words]));
    }

    [Fact]
    public void A_clock_costs_at_most_60_instructions_with_the_loop_around_it()
    {
        MachineResult result = tree.Run(new MachineDescription { CountInstructions = true }, tree.AddProgram("vdso", "-static"), "cost");
        Assert.InRange(int.Parse(result.Output, System.Globalization.CultureInfo.InvariantCulture), 20, 60);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Reports_on_the_process_and_the_machine_have_the_shape_and_the_errors_of_Linux(int cores)
    {
        string[] words = [tree.AddProgram("reports", "-static"), "one", "", "two words"];
        tree.Here(new MachineDescription { Cpus = cores }, words).MustEqual(tree.OnLinuxAsRoot(words));
    }

    [Fact]
    public void What_is_in_memory_is_the_sum_of_what_is_in_memory_of_each_mapping()
    {
        MachineResult result = tree.Run(new MachineDescription(), tree.AddProgram("resident", "-static"));
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(13, lines.Length);
        Assert.All(lines, line => Assert.EndsWith(": the same", line));
    }

    [Theory]
    [InlineData("names")]
    [InlineData("contents")]
    [InlineData("attributes")]
    [InlineData("fsx")]
    [InlineData("filelocks")]
    public void Every_result_is_the_one_that_root_gets_on_a_tmpfs_of_Linux(string program)
    {
        string path = tree.AddProgram(program, "-static");
        tree.Here(new MachineDescription(), path).MustEqual(tree.OnLinuxAsRoot(path));
    }

    [Theory]
    [InlineData("return")]
    [InlineData("large")]
    [InlineData("now")]
    [InlineData("abort")]
    [InlineData("term")]
    [InlineData("null")]
    [InlineData("wild")]
    [InlineData("text")]
    [InlineData("data")]
    [InlineData("divide")]
    [InlineData("illegal")]
    [InlineData("stack")]
    [InlineData("none")]
    public void A_program_ends_with_the_status_that_a_shell_shows(string how)
    {
        string[] words = [tree.AddProgram("death", "-static"), how];
        Assert.Equal(tree.OnLinux(words).Status, tree.Here(new MachineDescription(), words).Status);
    }

    [Theory]
    [InlineData("missing/program", 127)]
    [InlineData("files/fruits", 126)]
    [InlineData("files", 126)]
    [InlineData("files/script", 126)]
    public void What_is_no_program_ends_with_one_line_and_the_status_of_a_shell(string path, int status)
    {
        MachineResult result = tree.Run(new MachineDescription(), path);
        Assert.Equal(status, result.Status);
        Assert.Empty(result.Output);
        Assert.Single(result.Log.Split('\n'), line => line.Contains(path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("garbage", "neither a cpio archive (newc) nor an ELF program")]
    [InlineData("archive cut short", "ends in the middle of an entry")]
    [InlineData("32-bit program", "a 32-bit program")]
    [InlineData("dynamic program", "link it with -static")]
    [InlineData("program cut short", "outside the file")]
    [InlineData("program for another processor", "another processor")]
    public void A_boot_module_that_is_nothing_ends_with_one_line_and_126(string kind, string message)
    {
        byte[] busybox = File.ReadAllBytes(SampleTree.Busybox);
        byte[] module = kind switch
        {
            "garbage" => [.. Enumerable.Repeat((byte)'x', 5000)],
            "archive cut short" => new Unit.Applications.Archive().File("f", "text").ToBytes()[..130],
            "32-bit program" => [.. busybox[..4], 1, .. busybox[5..]],
            "dynamic program" => File.ReadAllBytes("/bin/cat"),
            "program cut short" => busybox[..1_000_000],
            _ => [.. busybox[..18], 183, 0, .. busybox[20..]],
        };
        MachineResult result = tree.RunModule(module, "/bin/program");
        Assert.Equal(126, result.Status);
        Assert.Contains(message, result.Log);
    }

    [Fact]
    public void A_program_that_is_itself_the_boot_module_runs_and_finds_itself()
    {
        MachineResult result = tree.RunModule(File.ReadAllBytes(SampleTree.Busybox), "/usr/bin/readlink", "/proc/self/exe");
        Assert.Equal(0, result.Status);
        Assert.Equal("/usr/bin/readlink\n", result.Output);
    }

    [Fact]
    public void A_program_that_is_larger_than_memory_ends_with_one_line_its_code_and_126()
    {
        MachineResult result = tree.RunModule(new MachineDescription { Memory = MemorySize.Mebibytes(24) }, File.ReadAllBytes(tree.AddProgram("large", "-static")), "/large");
        Assert.Equal((126, ""), (result.Status, result.Output));
        Assert.Single(result.Log.Split('\n'), line => line.Contains("too little memory for the program", StringComparison.Ordinal) && line.Contains("(AZ8001)", StringComparison.Ordinal));
    }

    [Fact]
    public void Four_mebibytes_are_enough_for_a_static_program_of_glibc()
    {
        MachineResult result = tree.RunModule(new MachineDescription { Memory = MemorySize.Mebibytes(4) }, File.ReadAllBytes(tree.AddProgram("hello", "-static")), "/hello");
        Assert.Equal(("hello\n", 0), (result.Output, result.Status));
    }

    [Fact]
    public void At_most_3_million_instructions_lie_between_the_kernels_entry_and_main_whatever_memory_and_cores_there_are()
    {
        int least = Boot(MemorySize.Mebibytes(64), 1);
        Assert.InRange(least, 50_000, 3_000_000);
        Assert.InRange(Boot(MemorySize.Gibibytes(16), 1), least - 20_000, least + 20_000);

        // QEMU counts what a core did not use of its turn when it is started: with 64 cores some 700,000.
        Assert.InRange(Boot(MemorySize.Mebibytes(256), 64), least, least + 1_000_000);

        int Boot(MemorySize memory, int cores) => int.Parse(
            tree.RunModule(
                new MachineDescription { Memory = memory, Cpus = cores, CountInstructions = true },
                File.ReadAllBytes(tree.AddProgram("hello", "-static")),
                "/hello",
                "instructions").Output,
            System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Memory_that_is_exhausted_is_an_error_for_whoever_asks_and_comes_back()
    {
        MachineResult result = tree.Run(new MachineDescription { Memory = MemorySize.Mebibytes(64) }, tree.AddProgram("exhaust", "-static"), "map");
        string[] said = [.. result.Output.Split('\n').Where(line => line.EndsWith("all is back", StringComparison.Ordinal))];
        Assert.Equal(Enumerable.Range(0, 3).Select(round => $"round {round}: full, all is back"), said);
        Assert.Equal(0, result.Status);
    }

    [Fact]
    public void A_program_that_touches_more_than_there_is_ends_by_SIGKILL_with_a_report()
    {
        MachineResult result = tree.Run(new MachineDescription { Memory = MemorySize.Mebibytes(64) }, tree.AddProgram("exhaust", "-static"), "touch");
        Assert.Equal(128 + 9, result.Status);
        Assert.Contains("memory is exhausted", result.Log);
        Assert.Contains("terminated by signal 9", result.Log);
    }

    [Fact]
    public void Node_calls_give_the_errors_of_Linux()
    {
        string path = tree.AddProgram("nodes", "-static");
        tree.Here(new MachineDescription(), path).MustEqual(tree.OnLinuxAsRoot(path));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Memory_is_on_the_nodes_that_a_program_asks_for(int nodes)
    {
        MachineDescription machine = new()
        {
            Cpus = nodes,
            Memory = MemorySize.Mebibytes(64 * nodes),
            ExtraArguments =
            [
                .. Enumerable.Range(0, nodes).SelectMany(node => new[]
                {
                    "-object", $"memory-backend-ram,id=m{node},size=64M", "-numa", $"node,nodeid={node},memdev=m{node},cpus={node}",
                }),
            ],
        };
        MachineResult result = tree.Run(machine, tree.AddProgram("nodes", "-static"), $"{nodes}");
        Assert.Equal("all as asked\n", result.Output);
    }

    [Fact]
    public void The_smallest_machine_is_large_enough_for_busybox()
    {
        // Alone: the tree that the tests share grows with every program that they add.
        var machine = new MachineDescription { Memory = MemorySize.Mebibytes(16) };
        Assert.Equal(0, tree.RunModule(machine, File.ReadAllBytes(SampleTree.Busybox), "/bin/busybox", "true").Status);
    }

    [Fact]
    public void The_trace_names_every_call_and_what_is_forbidden()
    {
        MachineResult result = tree.Run(new MachineDescription(), ["trace"], SampleTree.Busybox, "cat", "files/fruits");
        Assert.Equal(0, result.Status);
        Assert.Contains("openat(AT_FDCWD, \"files/fruits\", 0, 00) = 3\n", result.Log);
        Assert.Contains("exit_group(0) = ?\n", result.Log);
        Assert.StartsWith("pear\n", result.Output);

        result = tree.Run(new MachineDescription(), ["trace"], SampleTree.Busybox, "hostname", "another");
        Assert.Equal(1, result.Status);
        Assert.Contains("sethostname(", result.Log);
        Assert.Contains("= -1 EPERM\n", result.Log);
    }
}
