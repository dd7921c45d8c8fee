namespace AzaleaOS.Abi.Linux;

/// <summary>The names of Linux's system calls on x86-64 and the kinds of their arguments, for the trace.</summary>
/// <remarks>
/// One line per number: the name, a space, and a letter per argument: f descriptor, d signed, u
/// unsigned, x hexadecimal, o octal, p address, s path or string, b bytes counted by the next
/// argument. A call without a space shows six hexadecimal arguments. Numbers 335 to 423 do not
/// exist; from <see cref="AzaleaCall.First"/> on are the kernel's own. Read from the start on every look-up: a trace is not fast, the kernel's image is small.
/// Source: Linux, arch/x86/entry/syscalls/syscall_64.tbl.
/// </remarks>
public static class SyscallNames
{
    private const int FirstOfTheGap = 335;
    private const int LastOfTheGap = 423;

    private static ReadOnlySpan<byte> Early =>
        "read fpu\nwrite fbu\nopen sxo\nclose f\nstat sp\nfstat fp\nlstat sp\npoll pud\nlseek fdd\n"u8 +
        "mmap puxxfx\nmprotect pux\nmunmap pu\nbrk p\nrt_sigaction dppu\nrt_sigprocmask dppu\n"u8 +
        "rt_sigreturn \nioctl fxp\npread64 fpuu\npwrite64 fbuu\nreadv fpu\nwritev fpu\naccess sx\n"u8 +
        "pipe p\nselect dpppp\nsched_yield \nmremap puuxp\nmsync pux\nmincore pup\nmadvise pud\nshmget\n"u8 +
        "shmat\nshmctl\ndup f\ndup2 ff\npause \nnanosleep pp\ngetitimer dp\nalarm u\nsetitimer dpp\n"u8 +
        "getpid \nsendfile ffpu\nsocket ddd\nconnect fpu\naccept\nsendto\nrecvfrom\nsendmsg\nrecvmsg\n"u8 +
        "shutdown\nbind\nlisten\ngetsockname\ngetpeername\nsocketpair\nsetsockopt\ngetsockopt\n"u8 +
        "clone xpppp\nfork \nvfork \nexecve spp\nexit d\nwait4 dpxp\nkill dd\nuname p\nsemget\nsemop\n"u8 +
        "semctl\nshmdt\nmsgget\nmsgsnd\nmsgrcv\nmsgctl\nfcntl fdx\nflock fd\nfsync f\nfdatasync f\n"u8 +
        "truncate sd\nftruncate fd\ngetdents fpu\ngetcwd pu\nchdir s\nfchdir f\nrename ss\nmkdir so\n"u8 +
        "rmdir s\ncreat so\nlink ss\nunlink s\nsymlink ss\nreadlink spu\nchmod so\nfchmod fo\nchown sdd\n"u8 +
        "fchown fdd\nlchown sdd\numask o\ngettimeofday pp\ngetrlimit dp\ngetrusage dp\nsysinfo p\n"u8 +
        "times p\nptrace\ngetuid \nsyslog\ngetgid \nsetuid d\nsetgid d\ngeteuid \ngetegid \nsetpgid dd\n"u8 +
        "getppid \ngetpgrp \nsetsid \nsetreuid dd\nsetregid dd\ngetgroups dp\nsetgroups dp\n"u8 +
        "setresuid ddd\ngetresuid ppp\nsetresgid ddd\ngetresgid ppp\ngetpgid d\nsetfsuid\nsetfsgid\n"u8 +
        "getsid d\ncapget\ncapset\nrt_sigpending pu\nrt_sigtimedwait pppu\nrt_sigqueueinfo\n"u8 +
        "rt_sigsuspend pu\nsigaltstack pp\nutime\nmknod\nuselib\npersonality x\nustat\nstatfs sp\n"u8 +
        "fstatfs fp\nsysfs\ngetpriority dd\nsetpriority ddd\nsched_setparam\nsched_getparam\n"u8 +
        "sched_setscheduler\nsched_getscheduler\nsched_get_priority_max\nsched_get_priority_min\n"u8 +
        "sched_rr_get_interval\nmlock pu\nmunlock pu\nmlockall x\nmunlockall \nvhangup\nmodify_ldt\n"u8 +
        "pivot_root\n_sysctl\nprctl dxxxx\narch_prctl xp\nadjtimex\nsetrlimit dp\nchroot\nsync \nacct\n"u8 +
        "settimeofday\nmount\numount2\nswapon\nswapoff\nreboot\nsethostname\nsetdomainname\niopl\n"u8 +
        "ioperm\ncreate_module\ninit_module\ndelete_module\nget_kernel_syms\nquery_module\nquotactl\n"u8 +
        "nfsservctl\ngetpmsg\nputpmsg\nafs_syscall\ntuxcall\nsecurity\ngettid \nreadahead\nsetxattr\n"u8 +
        "lsetxattr\nfsetxattr\ngetxattr\nlgetxattr\nfgetxattr\nlistxattr\nllistxattr\nflistxattr\n"u8 +
        "removexattr\nlremovexattr\nfremovexattr\ntkill dd\ntime p\nfutex pddppd\nsched_setaffinity dup\n"u8 +
        "sched_getaffinity dup\nset_thread_area\nio_setup\nio_destroy\nio_getevents\nio_submit\n"u8 +
        "io_cancel\nget_thread_area\nlookup_dcookie\nepoll_create d\nepoll_ctl_old\nepoll_wait_old\n"u8 +
        "remap_file_pages\ngetdents64 fpu\nset_tid_address p\nrestart_syscall\nsemtimedop\n"u8 +
        "fadvise64 fuud\ntimer_create\ntimer_settime\ntimer_gettime\ntimer_getoverrun\ntimer_delete\n"u8 +
        "clock_settime\nclock_gettime dp\nclock_getres dp\nclock_nanosleep ddpp\nexit_group d\n"u8 +
        "epoll_wait fpdd\nepoll_ctl fdfp\ntgkill ddd\nutimes\nvserver\nmbind\nset_mempolicy\n"u8 +
        "get_mempolicy ppupx\nmq_open\nmq_unlink\nmq_timedsend\nmq_timedreceive\nmq_notify\n"u8 +
        "mq_getsetattr\nkexec_load\nwaitid\nadd_key\nrequest_key\nkeyctl\nioprio_set\nioprio_get\n"u8 +
        "inotify_init\ninotify_add_watch\ninotify_rm_watch\nmigrate_pages\nopenat fsxo\nmkdirat fso\n"u8 +
        "mknodat\nfchownat\nfutimesat\nnewfstatat fspx\nunlinkat fsx\nrenameat fsfs\nlinkat\nsymlinkat\n"u8 +
        "readlinkat fspu\nfchmodat\nfaccessat fsx\npselect6 dppppp\nppoll pupp\nunshare\n"u8 +
        "set_robust_list pu\nget_robust_list dpp\nsplice\ntee\nsync_file_range\nvmsplice\nmove_pages\n"u8 +
        "utimensat fspx\nepoll_pwait fpddp\nsignalfd\ntimerfd_create\neventfd\nfallocate\n"u8 +
        "timerfd_settime\ntimerfd_gettime\naccept4\nsignalfd4\neventfd2 ux\nepoll_create1 x\ndup3 ffx\n"u8 +
        "pipe2 px\ninotify_init1\npreadv\npwritev\nrt_tgsigqueueinfo\nperf_event_open\nrecvmmsg\n"u8 +
        "fanotify_init\nfanotify_mark\nprlimit64 ddpp\nname_to_handle_at\nopen_by_handle_at\n"u8 +
        "clock_adjtime\nsyncfs\nsendmmsg\nsetns\ngetcpu ppp\nprocess_vm_readv\nprocess_vm_writev\nkcmp\n"u8 +
        "finit_module\nsched_setattr\nsched_getattr\nrenameat2 fsfsx\nseccomp\ngetrandom pux\n"u8 +
        "memfd_create\nkexec_file_load\nbpf\nexecveat\nuserfaultfd\nmembarrier dxd\nmlock2\n"u8 +
        "copy_file_range fpfpux\npreadv2\npwritev2\npkey_mprotect\npkey_alloc\npkey_free\nstatx fsxxp\n"u8 +
        "io_pgetevents\nrseq pudx\n"u8;

    private static ReadOnlySpan<byte> Late =>
        "pidfd_send_signal\nio_uring_setup\nio_uring_enter\nio_uring_register\nopen_tree\nmove_mount\n"u8 +
        "fsopen\nfsconfig\nfsmount\nfspick\npidfd_open\nclone3 pu\nclose_range uux\nopenat2 fspu\n"u8 +
        "pidfd_getfd\nfaccessat2 fsxx\nprocess_madvise\nepoll_pwait2\nmount_setattr\nquotactl_fd\n"u8 +
        "landlock_create_ruleset\nlandlock_add_rule\nlandlock_restrict_self\nmemfd_secret\n"u8 +
        "process_mrelease\nfutex_waitv\nset_mempolicy_home_node\ncachestat\nfchmodat2\nmap_shadow_stack\n"u8 +
        "futex_wake\nfutex_wait\nfutex_requeue\nstatmount\nlistmount\nlsm_get_self_attr\n"u8 +
        "lsm_set_self_attr\nlsm_list_modules\nmseal\nsetxattrat\ngetxattrat\nlistxattrat\nremovexattrat\n"u8 +
        "open_tree_attr\nfile_getattr\nfile_setattr\n"u8;

    // The kernel's own, from AzaleaCall.First on.
    private static ReadOnlySpan<byte> Own =>
        "sem_init pu\nsem_destroy p\nsem_wait p\nsem_post p\nsem_timedwait pu\nsem_cancelablewait pu\n"u8 +
        "get_ticks \nmsleep u\ngetprio d\nsetprio dd\nyield \n"u8;

    /// <summary>The name of a system call; empty for a number that nobody knows.</summary>
    /// <param name="number">Any number.</param>
    /// <param name="arguments">One letter per argument; six hexadecimal ones where the kinds are not known.</param>
    public static ReadOnlySpan<byte> Find(ulong number, out ReadOnlySpan<byte> arguments)
    {
        arguments = "xxxxxx"u8;
        ReadOnlySpan<byte> lines = Early;
        if (number >= AzaleaCall.First)
        {
            lines = Own;
            number -= AzaleaCall.First;
        }
        else if (number > LastOfTheGap)
        {
            lines = Late;
            number -= LastOfTheGap + 1;
        }
        else if (number >= FirstOfTheGap)
        {
            return default;
        }

        for (ulong line = 0; !lines.IsEmpty; line++)
        {
            int end = lines.IndexOf((byte)'\n');
            if (line == number)
            {
                ReadOnlySpan<byte> found = lines[..end];
                int space = found.IndexOf((byte)' ');
                if (space < 0)
                {
                    return found;
                }

                arguments = found[(space + 1)..];
                return found[..space];
            }

            lines = lines[(end + 1)..];
        }

        return default;
    }
}
