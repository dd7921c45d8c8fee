// What /proc and /sys say of this program and of the machine, as far as it can be checked or is the same everywhere.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

static char text[1 << 20];

static void say(const char *what, long result)
{
    printf("%s %ld\n", what, result < 0 ? (long)-errno : result);
}

static long slurp(const char *path)
{
    int f = open(path, O_RDONLY);
    if (f < 0)
        return -1;
    long length = 0, got;
    while ((got = read(f, text + length, sizeof text - 1 - length)) > 0)
        length += got;
    text[length] = 0;
    close(f);
    return got < 0 ? got : length;
}

// A line that begins with a word, behind it and white space.
static char *field(const char *name)
{
    size_t length = strlen(name);
    for (char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : 0)
        if (!strncmp(line, name, length))
            return line + length + strspn(line + length, " \t");
    return "missing";
}

static unsigned long number(const char *name, int base)
{
    return strtoul(field(name), 0, base);
}

// Names with numbers in them: every number becomes N.
static void shape(const char *what, const char *link)
{
    char target[4096], *to = text;
    ssize_t length = readlink(link, target, sizeof target - 1);
    if (length < 0)
    {
        say(what, -1);
        return;
    }
    target[length] = 0;
    for (char *from = target; *from; from++)
    {
        if (*from >= '0' && *from <= '9')
        {
            if (to == text || to[-1] != 'N')
                *to++ = 'N';
        }
        else
            *to++ = *from;
    }
    *to = 0;
    printf("%s %s\n", what, text);
}

static int data = 1;
static int zero;

static void find(const char *what, void *address, const char *permissions, const char *name)
{
    char exe[4096] = "";
    readlink("/proc/self/exe", exe, sizeof exe - 1);
    slurp("/proc/self/maps");
    for (char *line = text; *line; line = strchr(line, '\n') + 1)
    {
        unsigned long start, end, offset, inode;
        unsigned major, minor;
        char mode[8], path[4096] = "";
        if (sscanf(line, "%lx-%lx %7s %lx %x:%x %lu%*[ ]%4095[^\n]", &start, &end, mode, &offset, &major, &minor, &inode, path) < 7)
        {
            printf("%s: not a line\n", what);
            return;
        }
        if ((uintptr_t)address < start || (uintptr_t)address >= end)
            continue;
        int isName = name == 0 ? !*path : !strcmp(name, "exe") ? !strcmp(path, exe) : !strcmp(path, name);
        printf("%s %s %d\n", what, !strcmp(mode, permissions) ? permissions : mode, isName);
        return;
    }
    printf("%s is not there\n", what);
}

static void maps(void)
{
    char *small = malloc(100);
    void *anonymous = mmap(0, 3 << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *shared = mmap(0, 1 << 12, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    void *none = mmap(0, 1 << 12, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int f = open("/tmp/mapped", O_RDWR | O_CREAT, 0600);
    ftruncate(f, 8192);
    char *file = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, 4096);
    find("code", (void *)maps, "r-xp", "exe");
    find("constant", (void *)"constant", "r--p", "exe");
    find("data", &data, "rw-p", "exe");
    find("heap", small, "rw-p", "[heap]");
    find("stack", &small, "rw-p", "[stack]");
    find("vdso", (void *)getauxval(AT_SYSINFO_EHDR), "r-xp", "[vdso]");
    find("anonymous", anonymous, "rw-p", 0);
    find("shared", shared, "r--s", "/dev/zero (deleted)");
    find("none", none, "---p", 0);
    find("file", file, "rw-s", "/tmp/mapped");
    unlink("/tmp/mapped");
    find("file without a name", file, "rw-s", "/tmp/mapped (deleted)");
    slurp("/proc/self/maps");
    unsigned long last = 0, start, end;
    int sorted = 1, columns = 1;
    for (char *line = text; *line; line = strchr(line, '\n') + 1)
    {
        sscanf(line, "%lx-%lx", &start, &end);
        sorted &= start >= last && end > start;
        last = end;
        char *path = strpbrk(line, "/[\n");
        columns &= *path == '\n' || path - line == 73;
    }
    printf("sorted %d, names in their column %d\n", sorted, columns);
    slurp("/proc/self/smaps");
    const char *keys[] = {"Size:", "KernelPageSize:", "MMUPageSize:", "Rss:", "Pss:", "Private_Dirty:", "Anonymous:", "Swap:", "Locked:"};
    for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
        printf("%s %d\n", keys[i], strcmp(field(keys[i]), "missing") != 0);
    munmap(anonymous, 3 << 12);
    munmap(shared, 4096);
    munmap(none, 4096);
    munmap(file, 4096);
    close(f);
    free(small);
}

static pthread_barrier_t barrier;

static void *wait(void *unused)
{
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return unused;
}

static int count(const char *path)
{
    DIR *d = opendir(path);
    int entries = 0;
    struct dirent *e;
    while (d && (e = readdir(d)))
        entries += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return entries;
}

static void handler(int unused)
{
    (void)unused;
}

static void threads(void)
{
    pthread_t one, two;
    pthread_barrier_init(&barrier, 0, 3);
    pthread_create(&one, 0, wait, 0);
    pthread_create(&two, 0, wait, 0);
    pthread_barrier_wait(&barrier);
    slurp("/proc/self/status");
    say("threads", number("Threads:", 10));
    say("tasks", count("/proc/self/task"));
    char name[16];
    say("set name", pthread_setname_np(one, "first \"one\""));
    say("get name", pthread_getname_np(one, name, sizeof name));
    puts(name);
    pthread_barrier_wait(&barrier);
    pthread_join(one, 0);
    pthread_join(two, 0);
    usleep(50000);
    say("tasks", count("/proc/self/task"));
}

static void status(void)
{
    prctl(PR_SET_NAME, "a) R 7 (b");
    slurp("/proc/self/stat");
    say("pid", strtol(text, 0, 10) == getpid());
    char *behind = strrchr(text, ')');
    say("name", !strncmp(strchr(text, '('), "(a) R 7 (b)", 11));
    int fields = 2;
    for (char *at = behind; *at; at++)
        fields += *at == ' ';
    say("fields", fields);
    char state;
    int parent, group, session, tty;
    unsigned long v[52] = {0};
    char *at = behind + 2;
    state = *at;
    for (int i = 4; i <= 52; i++)
        v[i - 1] = strtoul(at = strchr(at, ' ') + 1, 0, 10);
    parent = v[3], group = v[4], session = v[5], tty = v[6];
    printf("state %c parent %d group %d\n", state, parent == getppid(), group == getpgrp());
    (void)session, (void)tty;
    say("threads", v[19]);
    say("code", (unsigned long)status >= v[25] && (unsigned long)status < v[26]);
    say("stack", v[27] > (unsigned long)&state);
    say("data", (unsigned long)&data >= v[44] && (unsigned long)&data < v[45]);
    say("arguments", v[47] < v[48] && v[48] == v[49]);
    say("size", v[22] > (1 << 20) && v[23] > 10 && v[23] < v[22] / 4096);

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, 0);
    signal(SIGUSR2, SIG_IGN);
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGHUP, &action, 0);
    raise(SIGUSR1);
    slurp("/proc/self/status");
    printf("%.9s\n", field("Name:"));
    say("pid", number("Pid:", 10) == (unsigned long)getpid());
    say("process", number("Tgid:", 10) == (unsigned long)getpid());
    say("parent", number("PPid:", 10) == (unsigned long)getppid());
    printf("mask %.4s state %.11s\n", field("Umask:"), field("State:"));
    printf("blocked %lx ignored %d caught %lx pending %d\n", number("SigBlk:", 16), (int)(number("SigIgn:", 16) >> 11 & 1), number("SigCgt:", 16), (int)((number("SigPnd:", 16) | number("ShdPnd:", 16)) >> 9 & 1));
    say("resident", number("VmRSS:", 10) > 40 && number("VmRSS:", 10) <= number("VmSize:", 10) && number("VmHWM:", 10) >= number("VmRSS:", 10));
    say("seccomp", number("Seccomp:", 10));
    cpu_set_t cpus;
    sched_getaffinity(0, sizeof cpus, &cpus);
    unsigned long bits = 0;
    memcpy(&bits, &cpus, sizeof bits);
    say("cores", number("Cpus_allowed:", 16) == bits);
    printf("nodes %.1s\n", field("Mems_allowed_list:"));
    sigset_t pending;
    siginfo_t info;
    sigwaitinfo(&set, &info);
    sigpending(&pending);
    slurp("/proc/self/statm");
    int words = 1;
    for (char *c = text; *c; c++)
        words += *c == ' ';
    say("words", words);
    slurp("/proc/self/comm");
    printf("%s", text);
    int f = open("/proc/self/comm", O_RDWR);
    say("write", write(f, "a name that is much too long", 28));
    say("read", pread(f, text, 100, 0));
    close(f);
    slurp("/proc/thread-self/comm");
    printf("%s", text);
}

static void descriptors(void)
{
    int p[2], s[2];
    pipe(p);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    int f = open("/tmp/opened", O_RDWR | O_CREAT | O_TRUNC, 0600);
    int numbers[] = {p[0], s[0], eventfd(0, 0), epoll_create1(0), timerfd_create(CLOCK_MONOTONIC, 0), f, open("/dev/null", O_RDONLY), open("/tmp", O_PATH), open("/", O_RDONLY | O_DIRECTORY)};
    char path[64];
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
    {
        sprintf(path, "/proc/self/fd/%d", numbers[i]);
        sprintf(text, "%d", i);
        char what[8];
        strcpy(what, text);
        shape(what, path);
    }
    struct stat a, b;
    stat("/proc/self/fd", &a);
    stat("/proc/self/fdinfo", &b);
    printf("of descriptors %o %o\n", a.st_mode, b.st_mode);
    sprintf(path, "/proc/self/fd/%d", p[0]);
    fstat(p[0], &a);
    stat(path, &b);
    say("same pipe", a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    lstat(path, &b);
    printf("link %o size %ld\n", b.st_mode & S_IFMT, (long)b.st_size);
    int again = open(path, O_RDONLY | O_NONBLOCK);
    write(p[1], "through", 7);
    say("again", read(again, text, 100));
    close(again);
    write(f, "0123456789", 10);
    sprintf(path, "/proc/self/fd/%d", f);
    again = open(path, O_RDONLY);
    say("again", read(again, text, 4));
    sprintf(path, "/proc/self/fdinfo/%d", again);
    slurp(path);
    printf("pos %lu flags %lo inode %d\n", number("pos:", 10), number("flags:", 8), number("ino:", 10) != 0);
    unlink("/tmp/opened");
    sprintf(path, "/proc/self/fd/%d", f);
    shape("gone", path);
    say("again", open(path, O_RDONLY) > 0);
    sprintf(path, "/proc/self/fd/%d", numbers[2]);
    say("eventfd again", open(path, O_RDONLY));
    say("no descriptor", readlink("/proc/self/fd/999", text, 10));
    say("no number", open("/proc/self/fd/01", O_RDONLY));
    int before = count("/proc/self/fd");
    int extra = dup(0);
    say("one more", count("/proc/self/fd") - before);
    close(extra);
    say("as before", count("/proc/self/fd") - before);
    say("dev", open("/dev/fd/0", O_RDONLY) >= 0);
    for (int i = 3; i < 64; i++)
        close(i);
}

static void files(char **arguments, char **environment)
{
    char name[4096];
    ssize_t length = readlink("/proc/self", name, sizeof name);
    name[length < 0 ? 0 : length] = 0;
    say("self", atoi(name) == getpid());
    length = readlink("/proc/self/exe", name, sizeof name);
    say("exe", length > 8 && !memcmp(name + length - 7, "reports", 7));
    getcwd(name, sizeof name);
    char cwd[4096] = "";
    readlink("/proc/self/cwd", cwd, sizeof cwd);
    say("cwd", !strcmp(name, cwd));
    shape("root", "/proc/self/root");
    say("through", access("/proc/self/root/proc/self/root/proc/self/../uptime", F_OK));
    say("mounts", readlink("/proc/mounts", name, sizeof name));
    long all = slurp("/proc/self/cmdline");
    char *at = text;
    int same = 1;
    for (char **a = arguments; *a; at += strlen(at) + 1, a++)
        same &= !strcmp(at, *a);
    say("cmdline", same && at == text + all);
    all = slurp("/proc/self/environ");
    at = text;
    for (char **e = environment; *e; at += strlen(at) + 1, e++)
        same &= !strcmp(at, *e);
    say("environ", same && at == text + all);
    slurp("/proc/self/auxv");
    for (unsigned long *a = (unsigned long *)text; *a; a += 2)
        same &= *a == AT_HWCAP || *a == AT_HWCAP2 || getauxval(*a) == a[1];
    say("auxv", same);
    slurp("/proc/self/limits");
    printf("%.26s%d\n", text, field("Max open files")[0] != 'm');
    slurp("/proc/self/mountinfo");
    int roots = 0;
    for (char *line = text; *line; line = strchr(line, '\n') + 1)
    {
        char place[256], dash[4] = "";
        if (sscanf(line, "%*d %*d %*d:%*d %*s %255s", place) == 1 && strstr(line, " - "))
            roots += !strcmp(place, "/") + !strcmp(place, "/proc");
        else
            puts("not a line");
        (void)dash;
    }
    say("root and proc", roots);
    slurp("/proc/self/oom_score_adj");
    printf("%s", text);

    struct stat s;
    const char *paths[] = {"/proc", "/proc/self/maps", "/proc/meminfo", "/proc/self/task", "/proc/self/environ", "/proc/self/comm", "/sys/devices/system/cpu/online"};
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
    {
        say(paths[i], stat(paths[i], &s));
        printf("mode %o size %ld blocks %ld\n", s.st_mode, i == 0 || i == 3 ? 0 : (long)s.st_size, (long)s.st_blocks);
    }
    struct statfs fs;
    statfs("/proc", &fs);
    printf("%lx\n", (long)fs.f_type);
    statfs("/sys", &fs);
    printf("%lx\n", (long)fs.f_type);

    int f = open("/proc/uptime", O_WRONLY);
    say("write", write(f, "x", 1));
    close(f);
    f = open("/proc/self/limits", O_RDWR);
    say("write", write(f, "x", 1));
    say("seek", lseek(f, 5, SEEK_SET));
    say("seek", lseek(f, 5, SEEK_CUR));
    say("seek", lseek(f, 0, SEEK_END));
    say("seek", lseek(f, -1, SEEK_SET));
    lseek(f, 0, SEEK_SET);
    long whole = slurp("/proc/self/limits");
    char *copy = strdup(text);
    long got, sum = 0;
    for (int size = 1; (got = read(f, text + sum, size)) > 0; size = size % 7 + 1)
        sum += got;
    text[sum] = 0;
    say("piece by piece", sum == whole && !strcmp(text, copy));
    say("at", pread(f, text, 10, 26) == 10 && !memcmp(text, copy + 26, 10));
    say("behind", pread(f, text, 10, 1 << 20));
    say("bad memory", (lseek(f, 0, SEEK_SET), read(f, (void *)8, 10)));
    say("map", mmap(0, 4096, PROT_READ, MAP_PRIVATE, f, 0) == MAP_FAILED ? -1 : 0);
    struct pollfd p = {f, POLLIN | POLLOUT, 0};
    say("poll", poll(&p, 1, 0));
    say("events", p.revents);
    int e = epoll_create1(0);
    struct epoll_event event = {0};
    say("epoll", epoll_ctl(e, EPOLL_CTL_ADD, f, &event));
    say("synchronize", fsync(f));
    close(f);
    say("setting", open("/sys/devices/system/cpu/online", O_WRONLY));
    say("create", open("/proc/new", O_RDWR | O_CREAT, 0600));
    say("directory", mkdir("/proc/new", 0700));
    say("unlink", unlink("/proc/uptime"));
    say("rename", rename("/proc/uptime", "/proc/downtime"));
    say("link", link("/proc/uptime", "/tmp/uptime"));
    say("missing", open("/proc/missing", O_RDONLY));
    say("process 0", open("/proc/0", O_RDONLY));
    say("no directory", open("/proc/uptime/x", O_RDONLY));
    say("directory", open("/proc/self", O_RDONLY | O_DIRECTORY) >= 0);
    say("link", open("/proc/self", O_RDONLY | O_NOFOLLOW));
    say("magic link", open("/proc/self/exe", O_RDONLY) >= 0);
    say("empty", (f = open("/proc/uptime", O_RDONLY), read(f, text, 0)));
}

static void machine(void)
{
    cpu_set_t cpus;
    sched_getaffinity(0, sizeof cpus, &cpus);
    say("online", sysconf(_SC_NPROCESSORS_ONLN) >= CPU_COUNT(&cpus));
    say("configured", sysconf(_SC_NPROCESSORS_CONF) >= sysconf(_SC_NPROCESSORS_ONLN));
    slurp("/sys/devices/system/cpu/online");
    char list[64];
    int cores = sysconf(_SC_NPROCESSORS_ONLN);
    sprintf(list, cores > 1 ? "0-%d\n" : "0\n", cores - 1);
    say("list", !strcmp(text, list));
    slurp("/sys/devices/system/cpu/cpu0/topology/core_id");
    say("core", atoi(text));
    slurp("/sys/devices/system/cpu/cpu0/topology/physical_package_id");
    say("package", atoi(text));
    slurp("/sys/devices/system/node/node0/cpulist");
    say("cores of node", text[0] == '0');
    slurp("/sys/devices/system/node/node0/distance");
    say("distance", atoi(text));
    slurp("/sys/devices/system/node/online");
    printf("%.1s\n", text);
    slurp("/proc/meminfo");
    struct sysinfo info;
    sysinfo(&info);
    say("memory", number("MemTotal:", 10) == info.totalram * info.mem_unit / 1024);
    say("pages", get_phys_pages() == (long)(info.totalram * info.mem_unit / 4096));
    say("free", number("MemFree:", 10) < number("MemTotal:", 10) && number("MemAvailable:", 10) > 0);
    printf("page %lu\n", number("Hugepagesize:", 10));
    double loads[3];
    say("loads", getloadavg(loads, 3));
    slurp("/proc/uptime");
    double up = 0, idle = 0;
    say("uptime", sscanf(text, "%lf %lf\n", &up, &idle) == 2 && up > 0 && up + 2 > info.uptime);
    slurp("/proc/stat");
    int lines = 0;
    for (char *line = text; *line; line = strchr(line, '\n') + 1)
        lines += !strncmp(line, "cpu", 3) && line[3] != ' ';
    say("a line for each core", lines == cores);
    say("since", number("btime", 10) > 1000000000);
    slurp("/proc/cpuinfo");
    lines = 0;
    for (char *line = text; *line; line = strchr(line, '\n') + 1)
        lines += !strncmp(line, "processor\t: ", 12);
    say("processors", lines == cores);
    say("sse2", strstr(field("flags"), " sse2 ") != 0);
    slurp("/proc/version");
    printf("%.14s\n", text);
    slurp("/proc/sys/kernel/ostype");
    printf("%s", text);
    slurp("/proc/sys/kernel/ngroups_max");
    printf("%s", text);
    slurp("/proc/sys/vm/mmap_min_addr");
    say("lowest", atoi(text) > 0);
    say("boot", slurp("/proc/sys/kernel/random/boot_id"));
    char *boot = strdup(text);
    slurp("/proc/sys/kernel/random/boot_id");
    say("the same", !strcmp(boot, text));
    say("random", slurp("/proc/sys/kernel/random/uuid"));
    printf("%c %d\n", text[14], strchr("89ab", text[19]) != 0);
    say("somaxconn", slurp("/proc/sys/net/core/somaxconn") > 0);
    slurp("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
    printf("%s", text);
}

int main(int argc, char **argv, char **envp)
{
    (void)argc;
    zero = 0;
    files(argv, envp);
    maps();
    descriptors();
    status();
    threads();
    machine();
    return 0;
}
