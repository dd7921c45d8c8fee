using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Tests.Unit.Structures;

/// <summary>The structures of signals and timers, against the C compiler's opinion of this host's headers.</summary>
public sealed class SignalStructureTests
{
    // C# structure, C structure; then field by field.
    private static readonly (Type Type, string C, (string Field, string C)[] Fields)[] s_structures =
    [
        (typeof(SignalInformation), "siginfo_t",
        [
            (nameof(SignalInformation.Number), "si_signo"), (nameof(SignalInformation.Error), "si_errno"), (nameof(SignalInformation.Code), "si_code"),
            (nameof(SignalInformation.Process), "si_pid"), (nameof(SignalInformation.User), "si_uid"), (nameof(SignalInformation.Timer), "si_timerid"),
            (nameof(SignalInformation.Overrun), "si_overrun"), (nameof(SignalInformation.Value), "si_value"), (nameof(SignalInformation.Address), "si_addr"),
            (nameof(SignalInformation.Status), "si_status"), (nameof(SignalInformation.UserTime), "si_utime"), (nameof(SignalInformation.SystemTime), "si_stime"),
            (nameof(SignalInformation.Band), "si_band"), (nameof(SignalInformation.Descriptor), "si_fd"),
        ]),
        (typeof(SignalContext), "struct sigcontext",
        [
            (nameof(SignalContext.R8), "r8"), (nameof(SignalContext.R15), "r15"), (nameof(SignalContext.Rdi), "rdi"), (nameof(SignalContext.Rsi), "rsi"),
            (nameof(SignalContext.Rbp), "rbp"), (nameof(SignalContext.Rbx), "rbx"), (nameof(SignalContext.Rdx), "rdx"), (nameof(SignalContext.Rax), "rax"),
            (nameof(SignalContext.Rcx), "rcx"), (nameof(SignalContext.Rsp), "rsp"), (nameof(SignalContext.Rip), "rip"), (nameof(SignalContext.Rflags), "eflags"),
            (nameof(SignalContext.Cs), "cs"), (nameof(SignalContext.Gs), "gs"), (nameof(SignalContext.Fs), "fs"), (nameof(SignalContext.Error), "err"),
            (nameof(SignalContext.Trap), "trapno"), (nameof(SignalContext.OldMask), "oldmask"), (nameof(SignalContext.Cr2), "cr2"),
            (nameof(SignalContext.VectorState), "fpstate"),
        ]),
        (typeof(UserContext), "struct ucontext_kernel",
        [
            (nameof(UserContext.Flags), "uc_flags"), (nameof(UserContext.Link), "uc_link"), (nameof(UserContext.Stack), "uc_stack"),
            (nameof(UserContext.Registers), "uc_mcontext"), (nameof(UserContext.Mask), "uc_sigmask"),
        ]),
        (typeof(RealTimeSignalFrame), "struct rt_sigframe",
        [
            (nameof(RealTimeSignalFrame.ReturnAddress), "pretcode"), (nameof(RealTimeSignalFrame.Context), "uc"), (nameof(RealTimeSignalFrame.Information), "info"),
        ]),
        (typeof(ExtendedStateDescription), "struct _fpx_sw_bytes",
        [
            (nameof(ExtendedStateDescription.Magic), "magic1"), (nameof(ExtendedStateDescription.ExtendedSize), "extended_size"),
            (nameof(ExtendedStateDescription.Components), "xstate_bv"), (nameof(ExtendedStateDescription.AreaSize), "xstate_size"),
        ]),
        (typeof(SignalEvent), "struct sigevent",
        [
            (nameof(SignalEvent.Value), "sigev_value"), (nameof(SignalEvent.Number), "sigev_signo"), (nameof(SignalEvent.Notify), "sigev_notify"),
            (nameof(SignalEvent.Target), "_sigev_un._tid"),
        ]),
        (typeof(TimerSetting), "struct itimerspec", [(nameof(TimerSetting.Interval), "it_interval"), (nameof(TimerSetting.Value), "it_value")]),
        (typeof(IntervalTimerSetting), "struct itimerval", [(nameof(IntervalTimerSetting.Interval), "it_interval"), (nameof(IntervalTimerSetting.Value), "it_value")]),
        (typeof(SignalStack), "stack_t", [(nameof(SignalStack.Base), "ss_sp"), (nameof(SignalStack.Flags), "ss_flags"), (nameof(SignalStack.Size), "ss_size")]),
    ];

    [Fact]
    public void Sizes_and_offsets_are_those_of_C()
    {
        var source = new StringBuilder(
            """
            #define _GNU_SOURCE
            #include <signal.h>
            #include <stddef.h>
            #include <stdint.h>
            #include <stdio.h>
            #include <sys/time.h>
            #include <time.h>
            /* Not in the headers for programs; asm-generic/ucontext.h and arch/x86/include/asm/sigframe.h. */
            struct ucontext_kernel { unsigned long uc_flags; void *uc_link; stack_t uc_stack; struct sigcontext uc_mcontext; uint64_t uc_sigmask; };
            struct rt_sigframe { char *pretcode; struct ucontext_kernel uc; siginfo_t info; };
            int main(void) {

            """);
        var expected = new StringBuilder();
        foreach ((Type type, string name, (string Field, string C)[] fields) in s_structures)
        {
            source.AppendLine($"printf(\"{name} %zu\\n\", sizeof({name}));");
            expected.Append($"{name} {type.StructLayoutAttribute!.Size}\n");
            foreach ((string field, string c) in fields)
            {
                source.AppendLine($"printf(\"{name}.{c} %zu\\n\", offsetof({name}, {c}));");
                expected.Append($"{name}.{c} {type.GetField(field)!.GetCustomAttribute<FieldOffsetAttribute>()!.Value}\n");
            }
        }

        source.AppendLine("printf(\"%zu\\n\", offsetof(struct _fpstate, __glibc_reserved1) + 48); }");
        expected.Append($"{ExtendedStateDescription.Offset}\n");
        Assert.Equal(expected.ToString(), OutputOf(source.ToString()));
    }

    private static string OutputOf(string source)
    {
        string folder = Directory.CreateTempSubdirectory("azalea-layout-").FullName;
        try
        {
            string file = Path.Combine(folder, "layout.c");
            File.WriteAllText(file, source);
            Run("/usr/bin/gcc", "-w", "-o", Path.Combine(folder, "layout"), file);
            return Run(Path.Combine(folder, "layout"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
