using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AzaleaOS.Files.Reports;

/// <summary>What there is in /proc and /sys.</summary>
/// <remarks>
/// <para>
/// A line that begins with '/' is a directory; what it holds follows, up to an empty line. A directory of several lines
/// has the rest of another one as well. '#' and a letter stand for a number (<see cref="ReportNumbers"/>); such a line is the first of its section. What programs of .NET look for when they start comes early. Behind a
/// name: '/' a directory ('2' behind it: control groups, version 2), '>' a symbolic link, '@' a link that leads to a file whatever its name, '=' a file of one line, ':' one
/// of the lines that follow with '|', '!' one that can be written; without a line feed at its end ';', and '~' for its
/// owner alone. A line with '*' has no line feed. Values in texts: <see cref="ReportTemplate"/>.
/// </para>
/// Source of formats: Linux, Documentation/filesystems/proc.rst, fs/proc; Documentation/ABI/stable and testing; proc(5).
/// </remarks>
internal static unsafe class ReportTable
{
    /// <summary>The table.</summary>
    internal static ReadOnlySpan<byte> Text => """
        /proc
        #P/B
        self>%pi
        thread-self>%pi/task/%tc
        mounts>self/mounts
        sys/I
        cpuinfo;%Nc
        filesystems:
        |nodev	tmpfs
        |nodev	devtmpfs
        |nodev	proc
        |nodev	sysfs
        |nodev	cgroup2
        loadavg=0.00 0.00 0.00 %mr/%pn %ml
        meminfo:
        |MemTotal:       %8kmt kB
        |MemFree:        %8kmf kB
        |MemAvailable:   %8kmf kB
        |Buffers:               0 kB
        |Cached:         %8kms kB
        |SwapCached:            0 kB
        |Active:         %8kmu kB
        |Inactive:       %8kms kB
        |Active(anon):   %8kmu kB
        |Inactive(anon): %8kms kB
        |Mlocked:        %8kaL kB
        |SwapTotal:             0 kB
        |SwapFree:              0 kB
        |Dirty:                 0 kB
        |Writeback:             0 kB
        |AnonPages:      %8kmu kB
        |Mapped:         %8kaF kB
        |Shmem:          %8kms kB
        |Slab:                  0 kB
        |CommitLimit:    %8kmc kB
        |Committed_AS:   %8kmu kB
        |VmallocTotal:   34359738367 kB
        |AnonHugePages:         0 kB
        |HugePages_Total:       0
        |HugePages_Free:        0
        |HugePages_Rsvd:        0
        |HugePages_Surp:        0
        |Hugepagesize:       2048 kB
        |Hugetlb:        %8kaG kB
        stat:
        |cpu  %mi 0 0 %mI 0 0 0 0 0 0
        *%Ne
        |intr 0
        |ctxt %mx
        |btime %mb
        |processes %ml
        |procs_running %mr
        |procs_blocked 0
        |softirq 0 0 0 0 0 0 0 0 0 0 0
        swaps=Filename				Type		Size		Used		Priority
        uptime=%.mU %.mI
        version=Linux version 6.12.0-azalea #1 SMP AzaleaOS 0.1.0

        /proc/#P
        task/D
        /proc/#P/task/#T
        exe@x
        cgroup=0::/
        maps;%Nm
        statm=%Nz
        mountinfo:
        |1 0 0:2 / / rw,relatime - tmpfs tmpfs rw
        |2 1 0:3 / /dev rw,relatime - devtmpfs devtmpfs rw
        |3 1 0:4 / /proc rw,relatime - proc proc rw
        |4 1 0:5 / /sys ro,relatime - sysfs sysfs ro
        |5 4 0:6 / /sys/fs/cgroup ro,relatime - cgroup2 cgroup ro
        fd/F
        fdinfo/H
        cwd@w
        root@r
        auxv~%NV
        cmdline;%NA
        comm!%Nn
        environ~%NE
        mounts:
        |tmpfs / tmpfs rw,relatime 0 0
        |devtmpfs /dev devtmpfs rw,relatime 0 0
        |proc /proc proc rw,relatime 0 0
        |sysfs /sys sysfs ro,relatime 0 0
        |cgroup /sys/fs/cgroup cgroup2 ro,relatime 0 0
        limits:
        |Limit                     Soft Limit           Hard Limit           Units%5_
        |Max cpu time              %Sa%Haseconds%3_
        |Max file size             %Sb%Hbbytes%5_
        |Max data size             %Sc%Hcbytes%5_
        |Max stack size            %Sd%Hdbytes%5_
        |Max core file size        %Se%Hebytes%5_
        |Max resident set          %Sf%Hfbytes%5_
        |Max processes             %Sg%Hgprocesses%1_
        |Max open files            %Sh%Hhfiles%5_
        |Max locked memory         %Si%Hibytes%5_
        |Max address space         %Sj%Hjbytes%5_
        |Max file locks            %Sk%Hklocks%5_
        |Max pending signals       %Sl%Hlsignals%3_
        |Max msgqueue size         %Sm%Hmbytes%5_
        |Max nice priority         %Sn%Hn
        |Max realtime priority     %So%Ho
        |Max realtime timeout      %Sp%Hpus%8_
        oom_score=0
        oom_score_adj=0
        personality=00000000
        smaps;%NM
        stat=%ti (%Nn) %ctX 1 %pi %pi 0 -1 4194304 0 0 0 0 %tt 0 0 0 %tp %tn %pn 0 0 %aV %gaR 18446744073709551615 %pA %pB %pK 0 0 %&tP %&tB %&tI %&tC 0 0 0 17 %tk %tr %to 0 0 0 %pC %pD %pb %pE %pF %pG %pH 0
        status:
        |Name:	%Nn
        |Umask:	%04opu
        |State:	%Ns
        |Tgid:	%pi
        |Ngid:	0
        |Pid:	%ti
        |PPid:	1
        |TracerPid:	0
        |Uid:	0	0	0	0
        |Gid:	0	0	0	0
        |FDSize:	%pf
        |Groups:	%1_
        |NStgid:	%pi
        |NSpid:	%ti
        |NSpgid:	%pi
        |NSsid:	%pi
        |Kthread:	0
        |VmPeak:	%8kaV kB
        |VmSize:	%8kaV kB
        |VmLck:	%8kaL kB
        |VmPin:	       0 kB
        |VmHWM:	%8kaR kB
        |VmRSS:	%8kaR kB
        |RssAnon:	%8kaA kB
        |RssFile:	%8kaF kB
        |RssShmem:	%8kaH kB
        |VmData:	%8kaD kB
        |VmStk:	%8kaS kB
        |VmExe:	%8kaE kB
        |VmLib:	       0 kB
        |VmSwap:	       0 kB
        |HugetlbPages:	%8kaG kB
        |CoreDumping:	0
        |THP_enabled:	1
        |Threads:	%pn
        |SigQ:	%tQ/%tM
        |SigPnd:	%016xtP
        |ShdPnd:	%016xtS
        |SigBlk:	%016xtB
        |SigIgn:	%016xtI
        |SigCgt:	%016xtC
        |CapInh:	0000000000000000
        |CapPrm:	000001ffffffffff
        |CapEff:	000001ffffffffff
        |CapBnd:	000001ffffffffff
        |CapAmb:	0000000000000000
        |NoNewPrivs:	0
        |Seccomp:	0
        |Cpus_allowed:	%Mf
        |Cpus_allowed_list:	%Lf
        |Mems_allowed:	%MN
        |Mems_allowed_list:	%LN
        |voluntary_ctxt_switches:	%tv
        |nonvoluntary_ctxt_switches:	%tw
        wchan;0

        /proc/#P/task
        #T/C

        /proc/#P/fd
        /proc/#P/task/#T/fd
        #F@f

        /proc/#P/fdinfo
        /proc/#P/task/#T/fdinfo
        #F:
        |pos:	%dp
        |flags:	0%odf
        |mnt_id:	%dm
        |ino:	%di

        /proc/sys
        fs/J
        kernel/K
        net/M
        vm/O

        /proc/sys/fs
        file-max=9223372036854775807
        nr_open=262144
        pipe-max-size=1048576
        pipe-user-pages-hard=0
        pipe-user-pages-soft=16384

        /proc/sys/kernel
        random/L
        arch=x86_64
        cap_last_cap=40
        domainname=(none)
        hostname=azalea
        ngroups_max=65536
        osrelease=6.12.0-azalea
        ostype=Linux
        overflowgid=65534
        overflowuid=65534
        pid_max=32768
        randomize_va_space=0
        threads-max=32766
        version=#1 SMP AzaleaOS 0.1.0

        /proc/sys/kernel/random
        boot_id=%NU
        entropy_avail=256
        poolsize=256
        uuid=%Nu

        /proc/sys/net
        core/N

        /proc/sys/net/core
        somaxconn=4096

        /proc/sys/vm
        max_map_count=2147483647
        mmap_min_addr=4096
        nr_hugepages=0
        overcommit_kbytes=0
        overcommit_memory=1
        overcommit_ratio=50
        swappiness=0

        /sys
        devices/Q
        fs/\
        kernel/^

        /sys/devices
        system/R

        /sys/devices/system
        clocksource/S
        cpu/U
        node/Z

        /sys/devices/system/clocksource
        clocksource0/T

        /sys/devices/system/clocksource/clocksource0
        available_clocksource=tsc%1_
        current_clocksource=tsc

        /sys/devices/system/cpu
        cpu#C/V
        online=%La
        possible=%Lp
        isolated=
        kernel_max=511
        offline=
        present=%Lp

        /sys/devices/system/cpu/cpu#C
        cache/W
        topology/Y

        /sys/devices/system/cpu/cpu#C/cache
        index#I/X

        /sys/devices/system/cpu/cpu#C/cache/index#I
        size=%kuZK
        level=%uL
        coherency_line_size=%uY
        id=%uD
        number_of_sets=%uS
        physical_line_partition=1
        shared_cpu_list=%Lc
        shared_cpu_map=%Mc
        type=%Ny
        ways_of_associativity=%uW

        /sys/devices/system/cpu/cpu#C/topology
        core_cpus=%Mt
        core_cpus_list=%Lt
        core_id=%uc
        core_siblings=%MP
        core_siblings_list=%LP
        die_id=0
        package_cpus=%MP
        package_cpus_list=%LP
        physical_package_id=%up
        thread_siblings=%Mt
        thread_siblings_list=%Lt

        /sys/devices/system/node
        node#N/[
        has_cpu=%Lk
        has_memory=%LN
        has_normal_memory=%LN
        online=%LN
        possible=%LN

        /sys/devices/system/node/node#N
        cpulist=%Ln
        cpumap=%Mn
        distance=%Nd
        meminfo:
        |Node %ni MemTotal:       %8knt kB
        |Node %ni MemFree:        %8knf kB
        |Node %ni MemUsed:        %8knu kB
        |Node %ni HugePages_Total:     0
        |Node %ni HugePages_Free:      0
        |Node %ni HugePages_Surp:      0

        /sys/fs
        cgroup/]2

        /sys/fs/cgroup
        memory.max=%mm
        cpu.max=max 100000
        memory.high=max
        memory.current=%mu
        memory.swap.max=0
        memory.swap.current=0
        cgroup.controllers=cpuset cpu memory pids
        cgroup.procs=%pi
        cgroup.type=domain
        cpu.weight=100
        cpuset.cpus.effective=%La
        cpuset.mems.effective=%LN
        memory.low=0
        memory.min=0
        pids.current=%pn
        pids.max=max

        /sys/kernel
        mm/_

        /sys/kernel/mm
        hugepages/`
        transparent_hugepage/b

        /sys/kernel/mm/hugepages
        hugepages-2048kB/a

        /sys/kernel/mm/hugepages/hugepages-2048kB
        free_hugepages=0
        nr_hugepages=0
        nr_overcommit_hugepages=%mh
        resv_hugepages=0
        surplus_hugepages=0

        /sys/kernel/mm/transparent_hugepage
        defrag=[always] defer defer+madvise madvise never
        enabled=[always] madvise never
        hpage_pmd_size=2097152
        use_zero_page=0

        /?c
        |processor	: %ui
        |vendor_id	: %Nv
        |cpu family	: %if
        |model		: %im
        |model name	: %Nb
        |stepping	: %is
        |cpu MHz		: %.iM0
        |cache size	: %kiz KB
        |physical id	: %up
        |siblings	: %us
        |core id		: %uc
        |cpu cores	: %uu
        |apicid		: %ua
        |initial apicid	: %ua
        |fpu		: yes
        |fpu_exception	: yes
        |cpuid level	: %il
        |wp		: yes
        |flags		: %Nf
        |bugs		:
        |bogomips	: %.iB
        |clflush size	: %ic
        |cache_alignment	: %ic
        |address sizes	: %iP bits physical, %iV bits virtual
        |power management:
        |

        /?d
        |Size:           %8kvV kB
        |KernelPageSize: %8kvU kB
        |MMUPageSize:    %8kvU kB
        |Rss:            %8kvR kB
        |Pss:            %8kvR kB
        |Shared_Clean:          0 kB
        |Shared_Dirty:   %8kvM kB
        |Private_Clean:         0 kB
        |Private_Dirty:  %8kvA kB
        |Referenced:     %8kvR kB
        |Anonymous:      %8kvA kB
        |AnonHugePages:         0 kB
        |Swap:                  0 kB
        |Locked:         %8kvL kB

        /?e
        |cpu%ui %ut 0 0 %uw 0 0 0 0 0 0


        """u8;

    /// <summary>Where in the table the heads of sections are. Nobody looks for them when the kernel starts: a test says what they must be.</summary>
    internal static ReadOnlySpan<ushort> Heads =>
    [
        0, 1268, 1284, 3815, 3835, 3847, 3873, 3889, 3965, 4001, 4131, 4394, 4471, 4493, 4528, 4674,
        4704, 4727, 4775, 4823, 4922, 5025, 5075, 5122, 5338, 5581, 5689, 5971, 5990, 6316, 6334, 6385,
        6430, 6570, 6727, 7197, 7578,
    ];

    /// <summary>Its first byte.</summary>
    internal static byte* First => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Text));

    /// <summary>The head of a section by its letter.</summary>
    internal static byte* Section(byte letter) => First + Heads[letter - 'A'];
}
