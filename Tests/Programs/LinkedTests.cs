using System.Globalization;
using AzaleaOS.Build.Launching;
using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>Programs that <c>azalea cc</c> and <c>azalea c++</c> link into an image.</summary>
public sealed class LinkedTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void POSIX_threads_of_musl_whose_system_calls_are_calls_do_as_on_Linux(int cpus)
        => new ProgramRun(ProgramStore.Find("threads-linked")) { LinuxProgram = ProgramStore.Find("threads-musl") }.MustEqualLinux(cpus);

    [Fact]
    public void OpenMP_on_musl_computes_what_it_does_on_Linux()
        => new ProgramRun(ProgramStore.Find("openmp-linked"))
        {
            LinuxProgram = ProgramStore.Find("openmp"),
            Environment = ["OMP_NUM_THREADS=4", "OMP_WAIT_POLICY=passive"],
        }.MustEqualLinux(2);

    [Theory]
    [InlineData("")]
    [InlineData("uncaught")]
    public void The_library_of_Cpp_with_exceptions_does_as_on_Linux(string ending)
        => new ProgramRun(ProgramStore.Find("cpp-linked"), ending.Split(' ', StringSplitOptions.RemoveEmptyEntries)) { LinuxProgram = ProgramStore.Find("cpp") }.MustEqualLinux(2);

    [Fact]
    public void Lua_from_its_sources_does_as_Debians_own_on_Linux()
        => new ProgramRun(ProgramStore.Find("lua-linked"), "library.lua") { LinuxProgram = ProgramStore.Find("lua"), Files = ["Lua/library.lua"] }.MustEqualLinux(1);

    [Theory]
    [InlineData("calls")]
    [InlineData("calls-glibc")]
    public void Every_call_of_azalea_h_gives_what_it_promises(string program)
        => Assert.Equal(
            """
            destroy none Invalid argument
            wait for none Invalid argument
            post none Invalid argument
            init too large Invalid argument
            init nowhere Bad address
            init 0
            take 0
            take from none TIMEOUT
            wait in vain TIMEOUT
            waited for 100 ms
            cancelable in vain TIMEOUT
            init back 0
            there and back 0
            destroy while one waits BUSY
            cancelled Interrupted system call
            destroy 0
            priority 0
            set 0
            priority 99
            set too high Invalid argument
            set back 0
            priority of nobody No such process
            yield 0
            sleep 0
            itself 1
            no such call Function not implemented
            written by number
            write more

            """.Replace("TIMEOUT", program == "calls" ? "Operation timed out" : "Connection timed out", StringComparison.Ordinal)
                .Replace("BUSY", program == "calls" ? "Resource busy" : "Device or resource busy", StringComparison.Ordinal),
            new ProgramRun(ProgramStore.Find(program)).Here(2).Text);

    [Fact]
    public void One_file_boots_with_its_program_and_getpid_takes_at_most_12_instructions_with_its_loop()
    {
        MachineResult result = Machine.Run(Image with { CountInstructions = true });
        Assert.True(result.Status == 7, result.ToString());
        Assert.StartsWith("argv[0] /image\nVARIABLE none\nopen -1 No such file or directory\nitself there\n", result.Output, StringComparison.Ordinal);
        double least = result.Output.Split('\n').Where(line => line.StartsWith("getpid ", StringComparison.Ordinal))
            .Min(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)) / 1000.0;
        Assert.InRange(least, 6, 12);
    }

    [Fact]
    public void A_loader_can_give_it_arguments_and_an_environment()
    {
        MachineResult result = Machine.Run(Image with { CommandLine = ["env=VARIABLE=set", "--", "/image", "two words", "42"] });
        Assert.True(result.Status == 42, result.ToString());
        Assert.StartsWith("argv[0] /image\nargv[1] two words\nargv[2] 42\nVARIABLE set\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Firmware.Bios)]
    [InlineData(Firmware.Uefi)]
    public void Its_disc_boots(Firmware firmware)
    {
        // The store keeps the program alone.
        string iso = Path.GetTempFileName();
        try
        {
            Build.Images.IsoImage.Write(new Build.Images.IsoRequest { Kernel = ProgramStore.Find("image"), Output = iso });
            MachineResult result = Machine.Run(new MachineDescription { Iso = iso, Firmware = firmware, Timeout = TimeSpan.FromMinutes(2) });
            Assert.True(result.Status == 7, result.ToString());
            Assert.StartsWith("argv[0] /image\n", result.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(iso);
        }
    }

    [Fact]
    public void A_kernel_with_another_table_of_calls_refuses_it()
    {
        byte[] image = File.ReadAllBytes(ProgramStore.Find("image"));
        byte[] note = [.. "Azalea\0\0"u8, 1, 0, 0, 0];
        int at = image.AsSpan().IndexOf(note) + 8;
        Assert.True(at > 8);
        image[at] = 2;
        MachineResult result = RunChanged(image);
        Assert.Equal(126, result.Status);
        Assert.Contains("/image: linked for another version of the kernel; link it again", result.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32, 126, "error: too little memory for the program")]
    [InlineData(128, 0, "")]
    public void A_program_that_is_larger_than_the_memory_is_refused(int mebibytes, int status, string said)
    {
        MachineResult result = Machine.Run(Image with { Kernel = ProgramStore.Find("big"), Memory = MemorySize.Mebibytes(mebibytes) });
        Assert.True(result.Status == status, result.ToString());
        Assert.Contains(said, result.Log, StringComparison.Ordinal);
        Assert.Equal(status == 0 ? "there was room\n" : "", result.Output);
    }

    private static MachineDescription Image => new() { Kernel = ProgramStore.Find("image"), Timeout = TimeSpan.FromMinutes(2) };

    private static MachineResult RunChanged(byte[] image)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, image);
            return Machine.Run(Image with { Kernel = path });
        }
        finally
        {
            File.Delete(path);
        }
    }
}
