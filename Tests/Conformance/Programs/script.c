/* Runs a script of system calls and says what each of them gave: script FILE [FIRST [LAST]].

   A script holds many small programs. Each starts with the same memory, descriptors, signals and files,
   and addresses are written as places in memory that is laid out the same way everywhere, so that the output
   of two kernels can be compared byte for byte. No C library: nothing but the script enters the kernel
   between a call and its answer. Differential/README.md describes the language. */

/* Or memset's loop would become a call of memset. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

typedef unsigned char byte;
typedef unsigned long word;

enum {
    PAGE = 4096, SCRATCH_BYTES = 16384, READ_ONLY = 0x8000, STACK = 0x10000, STACK_BYTES = 0x8000, ARENA = 0x100000, ARENA_PAGES = 64,
    MAX_STEPS = 256, MAX_MAPS = 256, MAX_TIMERS = 64, FIRST_DESCRIPTOR = 3, LAST_DESCRIPTOR = 63, PATTERN = 0xa5
};

static const word scratch = 1ul << 40;

/* What the next call gets and what it gave; the assembler below reads and writes them. */
struct registers { word number, argument[6], result, clobbered; };

/* Makes the call with all other registers set to known values, and sees which of them it changed. */
extern void make_call(struct registers *registers);
__asm__(
    ".text\n.globl make_call\nmake_call:\n"
    "  push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15; push %rdi\n"
    "  mov %rdi, %rbx\n"
    "  mov (%rbx), %rax; mov 16(%rbx), %rsi; mov 24(%rbx), %rdx\n"
    "  mov 32(%rbx), %r10; mov 40(%rbx), %r8; mov 48(%rbx), %r9; mov 8(%rbx), %rdi\n"
    "  mov $0x1111, %ebp; mov $0x2222, %r12d; mov $0x3333, %r13d; mov $0x4444, %r14d; mov %rsp, %r15\n"
    "  movq %rbx, %xmm0; movq %r15, %xmm7; movq %rbp, %xmm15\n"
    "  syscall\n"
    ".globl call_end\ncall_end:\n"
    "  cmp %rsp, %r15; jne 9f\n"
    "  pop %rcx; push %rcx; cmp %rcx, %rbx; jne 9f\n"
    "  mov %rax, 56(%rbx); xor %ecx, %ecx\n"
    "  cmp %rdi, 8(%rbx); je 1f; or $1, %ecx\n"
    "1: cmp %rsi, 16(%rbx); je 1f; or $2, %ecx\n"
    "1: cmp %rdx, 24(%rbx); je 1f; or $4, %ecx\n"
    "1: cmp %r10, 32(%rbx); je 1f; or $8, %ecx\n"
    "1: cmp %r8, 40(%rbx); je 1f; or $16, %ecx\n"
    "1: cmp %r9, 48(%rbx); je 1f; or $32, %ecx\n"
    "1: cmp $0x1111, %rbp; je 1f; or $64, %ecx\n"
    "1: cmp $0x2222, %r12; je 1f; or $128, %ecx\n"
    "1: cmp $0x3333, %r13; je 1f; or $256, %ecx\n"
    "1: cmp $0x4444, %r14; je 1f; or $512, %ecx\n"
    "1: movq %xmm0, %rax; cmp %rax, %rbx; je 1f; or $1024, %ecx\n"
    "1: movq %xmm7, %rax; cmp %rax, %r15; je 1f; or $2048, %ecx\n"
    "1: movq %xmm15, %rax; cmp %rax, %rbp; je 1f; or $4096, %ecx\n"
    "1: mov %rcx, 64(%rbx)\n"
    "  pop %rdi; pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
    "  ret\n"
    "9: ud2\n"
    ".globl restorer\nrestorer: mov $15, %eax; syscall; ud2\n"
    ".globl _start\n_start: xor %ebp, %ebp; mov %rsp, %rdi; and $-16, %rsp; call run; ud2\n");
extern void restorer(void);

static long call(word number, word a, word b, word c, word d, word e, word f)
{
    struct registers registers = { number, { a, b, c, d, e, f }, 0, 0 };
    make_call(&registers);
    return (long)registers.result;
}
#define call0(n) call(n, 0, 0, 0, 0, 0, 0)
#define call1(n, a) call(n, (word)(a), 0, 0, 0, 0, 0)
#define call2(n, a, b) call(n, (word)(a), (word)(b), 0, 0, 0, 0)
#define call3(n, a, b, c) call(n, (word)(a), (word)(b), (word)(c), 0, 0, 0)
#define call4(n, a, b, c, d) call(n, (word)(a), (word)(b), (word)(c), (word)(d), 0, 0)
#define call6(n, a, b, c, d, e, f) call(n, (word)(a), (word)(b), (word)(c), (word)(d), (word)(e), (word)(f))

enum {
    READ, WRITE, OPEN, CLOSE, MMAP = 9, MPROTECT, MUNMAP, BRK, SIGACTION, SIGPROCMASK, MINCORE = 27, MADVISE, GETPID = 39, EXIT = 60,
    SETITIMER = 38, CHDIR = 80, MKDIR = 83, SYMLINK = 88, UMASK = 95, GETPPID = 110, SETPRIORITY = 141, SIGALTSTACK = 131, GETTID = 186, TIME = 201,
    TIMER_DELETE = 226, SIGTIMEDWAIT = 128, EXIT_GROUP = 231,
    PRCTL = 157, SCHED_SETSCHEDULER = 144, SCHED_SETAFFINITY = 203, SET_ROBUST_LIST = 273, SET_MEMPOLICY = 238, MUNLOCKALL = 152
};

/* The compiler makes calls of these out of loops. */
void *memset(void *to, int value, word count)
{
    byte *at = to;
    while (count--)
        *at++ = (byte)value;
    return to;
}

void *memcpy(void *to, const void *from, word count)
{
    byte *at = to;
    const byte *source = from;
    while (count--)
        *at++ = *source++;
    return to;
}

/* ---- Output: one write for each line, because the next step may be the last. */

static char line[65536];
static word line_length;

static void put(char letter)
{
    if (line_length < sizeof line - 1)
        line[line_length++] = letter;
}

static void put_text(const char *text)
{
    while (*text)
        put(*text++);
}

static void put_hex(word value)
{
    int shift = 60;
    while (shift && !(value >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15]);
}

static void put_long(long value)
{
    char digits[24];
    int count = 0;
    word rest = value < 0 ? 0 - (word)value : (word)value;
    do
        digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        put('-');
    while (count)
        put(digits[--count]);
}

static void end_line(void)
{
    put('\n');
    for (word done = 0; done < line_length;) {
        long count = call3(WRITE, 1, line + done, line_length - done);
        if (count <= 0)
            call1(EXIT_GROUP, 99);
        done += (word)count;
    }
    line_length = 0;
}

/* ---- Addresses: a place in the scratch memory or in what an earlier step mapped. */

static word results[MAX_STEPS];
static int timers[MAX_TIMERS], timer_count;
static struct { word address, length; int step; } maps[MAX_MAPS];
static int map_count;
static word pid, tid, parent, heap;

static void put_address(word address)
{
    if (address - scratch < ARENA + ARENA_PAGES * PAGE) {
        put('a');
        put_hex(address - scratch);
        return;
    }
    for (int i = map_count - 1; i >= 0; i--) {
        if (address - maps[i].address < maps[i].length) {
            put('r');
            put_hex((word)maps[i].step);
            put('+');
            put_hex(address - maps[i].address);
            return;
        }
    }
    if (address - heap < 1ul << 30) {
        put_text("heap+");
        put_hex(address - heap);
        return;
    }
    put_text(address ? "elsewhere" : "0");
}

/* ---- Signals: the handler notes what it saw, the step's line shows it. */

struct seen { int signal, code, number; word value, sender, address, mask, stack; };
static struct seen seen[64];
static volatile int seen_count;

struct signal_information { int signal, error, code, padding; union { struct { int pid, uid; word value; } sent; word address; } u; };
struct machine_context { word flags, link, stack_pointer; int stack_flags, padding; word stack_size; word registers[23]; word fpstate; word reserved[8]; word mask; };

static void handler(int signal, struct signal_information *information, struct machine_context *context)
{
    if (seen_count < 64) {
        struct seen *one = &seen[seen_count];
        int local;
        one->signal = signal;
        one->code = information->code;
        one->number = information->signal;
        one->mask = context->mask;
        one->stack = (word)&local;
        one->sender = information->code <= 0 ? (word)(unsigned)information->u.sent.pid : 0;
        one->value = information->code == -1 || information->code == -2 ? information->u.sent.value : 0;
        one->address = information->code > 0 && (signal == 11 || signal == 7) ? information->u.address : 0;
        seen_count++;
    }

    /* A fault would come again: leave the instruction, all of which are two bytes in touch(). */
    if (information->code > 0 && (signal == 11 || signal == 7))
        context->registers[16] += 2;
}

static void put_signals(void)
{
    for (int i = 0; i < seen_count; i++) {
        struct seen *one = &seen[i];
        put_text(" !");
        put_long(one->signal);
        put_text(one->number == one->signal ? "" : "(wrong number)");
        put(',');
        put_long(one->code);
        put_text(one->sender == 0 ? "" : one->sender == pid ? ",self" : ",other");
        put_text(",v");
        put_hex(one->value);
        put_text(",m");
        put_hex(one->mask);
        if (one->address) {
            put_text(",at ");
            put_address(one->address);
        }
        if (one->stack - scratch - STACK < STACK_BYTES)
            put_text(",alternate");
    }
    seen_count = 0;
}

/* ---- The script. */

static char *at;

static void skip_spaces(void)
{
    while (*at == ' ')
        at++;
}

static word hex(void)
{
    word value = 0;
    int negative = *at == '-';
    for (at += negative;; at++) {
        char letter = *at;
        if (letter >= '0' && letter <= '9')
            value = value << 4 | (word)(letter - '0');
        else if (letter >= 'a' && letter <= 'f')
            value = value << 4 | (word)(letter - 'a' + 10);
        else
            return negative ? 0 - value : value;
    }
}

static int more(void)
{
    skip_spaces();
    return *at && *at != '\n' && *at != ';';
}

/* One word of the script: a number, or something that only the running program knows. */
static word value(void)
{
    skip_spaces();
    switch (*at) {
    case 'P': at++; return pid;
    case 'T': at++; return tid;
    case 'H': at++; return (word)handler;
    case 'R': at++; return (word)restorer;
    case 'B': at++; return heap + hex();
    case 'A': at++; return scratch + hex();
    case 'V': {
        at++;
        word result = results[hex() % MAX_STEPS];
        if (*at == '+') {
            at++;
            result += hex();
        }
        return result;
    }
    case 'M': {
        /* A descriptor that a call stored; never one of the standard three. */
        at++;
        word offset = hex();
        int stored = offset + 4 <= SCRATCH_BYTES ? *(int *)(scratch + offset) : -1;
        return (word)(stored >= 0 && stored < FIRST_DESCRIPTOR ? -1 : stored);
    }
    case 'K': {
        /* A timer, whose number the normalisation replaced by its place in the table. */
        at++;
        word offset = hex();
        unsigned index = offset + 4 <= SCRATCH_BYTES ? *(unsigned *)(scratch + offset) : ~0u;
        return index < (unsigned)timer_count ? (word)timers[index] : 0x7fffffff;
    }
    case '"': {
        char *text = ++at;
        while (*at != '"')
            at++;
        *at++ = 0;
        return (word)text;
    }
    default: return hex();
    }
}

/* ---- Memory. */

static byte before[SCRATCH_BYTES];

/* Words whose lower half is a thread's number, with flags. */
static byte owners[SCRATCH_BYTES / 8];

static void remember(void) { memcpy(before, (void *)scratch, SCRATCH_BYTES); }

static void put_changes(void)
{
    for (word i = 0; i < SCRATCH_BYTES; i += 8) {
        word now = *(word *)(scratch + i);
        if (now != *(word *)(before + i)) {
            put_text(" @");
            put_hex(i);
            put('=');
            if (owners[i / 8] && (now & 0x3fffffff) == tid) {
                put_text("own,");
                now ^= tid;
            }
            put_hex(now);
        }
    }
}

/* rt_sigprocmask reads the set before it looks at an operation that does not exist. */
static int is_readable(word address) { return call4(SIGPROCMASK, 99, address, 0, 8) != -14; }

static int is_writable(word address)
{
    if (!is_readable(address))
        return 0;
    word kept = *(word *)address;
    if (call1(TIME, address) == -14)
        return 0;
    *(word *)address = kept;
    return 1;
}

static void put_pages(word start, word pages)
{
    word sum = 5381;
    for (word i = 0; i < pages; i++) {
        word page = start + i * PAGE;
        byte resident;
        int readable = is_readable(page);
        put(!readable ? (call3(MINCORE, page, PAGE, &resident) == -12 ? '.' : 'n') : is_writable(page) ? 'w' : 'r');
        for (word j = 0; readable && j < PAGE; j += 8)
            sum = (sum ^ *(word *)(page + j)) * 0x100000001b3ul;
    }
    put(' ');
    put_hex(sum);
}

/* Instructions of two bytes, so that the handler can leave one that faults. */
static word touch(word address, char how)
{
    word got = 0x5a;
    if (how == 'w')
        __asm__ volatile("movb %b1, (%0)" : : "a"(address), "c"(0x77) : "memory");
    else
        __asm__ volatile("movb (%1), %b0" : "+c"(got) : "a"(address) : "memory");
    return got & 255;
}

/* ---- State: every program starts alike. */

static int can_write_files;

static void make_file(const char *path, word bytes)
{
    char block[512];
    int file = (int)call3(OPEN, path, 0x41, 0644);
    for (word i = 0; i < sizeof block; i++)
        block[i] = (char)('a' + i % 26);
    for (word done = 0; done < bytes; done += sizeof block)
        call3(WRITE, file, block, bytes - done < sizeof block ? bytes - done : sizeof block);
    call1(CLOSE, file);
}

static void clean(void)
{
    static const word no_timer[4], no_signals;
    static const struct { word stack; int flags, padding; word size; } no_stack = { 0, 2, 0, 0 };
    static const word every_signal = ~0ul;
    static const struct { word seconds, nanoseconds; } at_once;
    for (int i = 0; i < 3; i++)
        call3(SETITIMER, i, no_timer, 0);
    while (timer_count)
        call1(TIMER_DELETE, timers[--timer_count]);
    call4(SIGPROCMASK, 2, &every_signal, 0, 8);
    while (call4(SIGTIMEDWAIT, &every_signal, 0, &at_once, 8) > 0)
        ;
    for (int i = 1; i <= 64; i++) {
        static const word standard[4];
        call4(SIGACTION, i, standard, 0, 8);
    }
    call4(SIGPROCMASK, 2, &no_signals, 0, 8);
    call2(SIGALTSTACK, &no_stack, 0);
    for (int i = FIRST_DESCRIPTOR; i <= LAST_DESCRIPTOR; i++)
        call1(CLOSE, i);
    while (map_count) {
        map_count--;
        call2(MUNMAP, maps[map_count].address, maps[map_count].length);
    }
    call0(MUNLOCKALL);
    call1(BRK, heap);
    call2(MUNMAP, scratch, ARENA + ARENA_PAGES * PAGE);
    call6(MMAP, scratch, SCRATCH_BYTES, 3, 0x32, -1, 0);
    call6(MMAP, scratch + READ_ONLY, PAGE, 1, 0x32, -1, 0);
    memset((void *)scratch, PATTERN, SCRATCH_BYTES);
    memset(owners, 0, sizeof owners);
    call6(MMAP, scratch + STACK, STACK_BYTES, 3, 0x32, -1, 0);
    call1(UMASK, 022);
    call2(PRCTL, 1, 0);
    call2(PRCTL, 8, 0);
    call2(PRCTL, 29, 0);
    call2(PRCTL, 36, 0);
    call2(PRCTL, 15, "script");
    call3(SETPRIORITY, 0, 0, 0);
    call3(SCHED_SETSCHEDULER, 0, 0, &(int){ 0 });
    call3(SCHED_SETAFFINITY, 0, 8, &every_signal);
    call2(SET_ROBUST_LIST, 0, 24);
    call3(SET_MEMPOLICY, 0, 0, 0);
    for (int i = 0; i < MAX_STEPS; i++)
        results[i] = 0;
    seen_count = 0;
}

static void new_folder(const char *top, word number)
{
    char name[24] = "p";
    int length = 1;
    for (int shift = 28; shift >= 0; shift -= 4)
        name[length++] = "0123456789abcdef"[number >> shift & 15];
    name[length] = 0;
    call1(CHDIR, top);
    if (!can_write_files)
        return;
    call2(MKDIR, name, 0755);
    call1(CHDIR, name);
    make_file("f", 10000);
    make_file("empty", 0);
    call2(MKDIR, "d", 0755);
    make_file("d/g", 100);
    call2(SYMLINK, "f", "l");
    call2(SYMLINK, "nowhere", "dangling");
    call2(SYMLINK, "loop", "loop");
}

/* ---- Steps. */

static int forget_if(word offset, int is_good, word count)
{
    if (is_good && offset + count <= SCRATCH_BYTES)
        memset((void *)(scratch + offset), 0, count);
    return is_good;
}

/* What differs from run to run is checked for what can be checked, and replaced, before anything looks at it. */
static void normalise(long result, const word *argument)
{
    if (*at == ';')
        at++;
    while (more()) {
        char what = *at++;
        word offset = hex();
        word count = 0;
        if (*at == ',') {
            at++;
            count = hex();
        }
        int failed = result < 0 && result >= -4095;
        if ((failed && (what == 'z' || what == 'a' || what == 'k' || what == 'p')) || offset + 8 > SCRATCH_BYTES)
            continue;
        word *first = (word *)(scratch + offset);
        switch (what) {
        case 'y':
        case 'z': forget_if(offset, 1, count); break;
        case 'e': call3(MADVISE, argument[0], argument[1], 4); break;
        case 'o': owners[offset / 8] = 1; break;
        case 't': forget_if(offset, (long)first[0] >= 0 && first[1] < 1000000000, 16); break;
        case 'u': forget_if(offset, (long)first[0] >= 0 && first[1] < 1000000, 16); break;
        case 'p': forget_if(offset, *(int *)first == (int)pid, 4); break;
        case 'k':
            if (timer_count < MAX_TIMERS) {
                timers[timer_count] = *(int *)first;
                *(int *)first = timer_count++;
            }
            break;
        case 'a': put_text(" ^"); put_address(*first); forget_if(offset, 1, 8); break;
        }
    }
}

static void add_map(long address, word length, int step)
{
    if ((address > 0 || address < -4095) && (word)address - scratch >= ARENA + ARENA_PAGES * PAGE && map_count < MAX_MAPS) {
        maps[map_count].address = (word)address;
        maps[map_count].length = (length + PAGE - 1) & ~(word)(PAGE - 1);
        maps[map_count++].step = step;
    }
}

static void step_call(int step)
{
    struct registers registers = { 0, { 0 }, 0, 0 };
    char kind = *at++;
    skip_spaces();
    registers.number = hex();
    for (int i = 0; i < 6 && more(); i++)
        registers.argument[i] = value();
    remember();
    make_call(&registers);
    long result = (long)registers.result;
    results[step] = registers.result;
    int failed = result < 0 && result >= -4095;
    if (kind == 'm' && !failed) {
        word length = registers.number == MMAP ? registers.argument[1] : registers.argument[2];
        add_map(result, length, step);
        put_address(registers.result);
    } else if (kind == 'h' && !failed) {
        put_address(registers.result);
    } else if (kind == 'p' && !failed && registers.result) {
        put_text(registers.result == pid ? "pid" : registers.result == parent ? "parent" : "another");
    } else if (kind == 'v' && !failed) {
        put_text("ok");
    } else {
        put_long(result);
    }
    normalise(result, registers.argument);
    if (registers.clobbered) {
        put_text(" clobbered ");
        put_hex(registers.clobbered);
    }
    put_changes();
}

static void step(int number)
{
    put_hex((word)number);
    put(' ');
    char what = *at++;
    switch (what) {
    case 'c': step_call(number); break;
    case 'w': {
        /* Words into the scratch memory. */
        word offset = value();
        while (more() && offset + 8 <= SCRATCH_BYTES) {
            *(word *)(scratch + offset) = value();
            offset += 8;
        }
        break;
    }
    case 'i': {
        /* The same with 32-bit words. */
        word offset = value();
        while (more() && offset + 4 <= SCRATCH_BYTES) {
            *(unsigned *)(scratch + offset) = (unsigned)value();
            offset += 4;
        }
        break;
    }
    case 'f': {
        /* Fills memory that is writable. */
        word address = value(), length = value(), filling = value();
        int is_good = address + length > address;
        for (word page = address & ~(word)(PAGE - 1); is_good && page < address + length; page += PAGE)
            is_good = is_writable(page);
        put_text(is_good ? "filled" : "not writable");
        if (is_good)
            memset((void *)address, (int)filling, length);
        break;
    }
    case 'm': {
        word start = value(), pages = value();
        put_pages(start, pages);
        break;
    }
    case 'k': {
        char how = *at++;
        put_hex(touch(value(), how));
        break;
    }
    }
    put_signals();
    end_line();
    while (*at && *at != '\n')
        at++;
    if (*at)
        at++;
}

static char script[4 << 20];

__attribute__((used)) void run(word *stack)
{
    word count = stack[0];
    char **arguments = (char **)(stack + 1);
    word first = 0, last = ~0ul;
    int file = (int)call3(OPEN, arguments[1], 0, 0);
    word length = 0;
    for (long got; length < sizeof script - 1 && (got = call3(READ, file, script + length, sizeof script - 1 - length)) > 0;)
        length += (word)got;
    call1(CLOSE, file);
    if (!length)
        call1(EXIT_GROUP, 98);
    if (count > 2) {
        at = arguments[2];
        first = hex();
    }
    if (count > 3) {
        at = arguments[3];
        last = hex();
    }
    pid = (word)call0(GETPID);
    tid = (word)call0(GETTID);
    parent = (word)call0(GETPPID);
    heap = (word)call1(BRK, 0);

    /* The first line: where the programs' folders are, and whether they are to be made. */
    at = script;
    can_write_files = *at++ == 'w';
    char *top = (char *)value();
    while (*at && *at != '\n')
        at++;
    while (*at) {
        if (*at != 'P') {
            while (*at && *at++ != '\n')
                ;
            continue;
        }
        at += 2;
        word number = hex();
        at++;
        if (number < first || number > last)
            continue;
        clean();
        new_folder(top, number);
        put_text("P ");
        put_hex(number);
        end_line();
        for (int i = 0; *at && *at != 'P' && i < MAX_STEPS; i++)
            step(i);
        put_text("E");
        end_line();
    }
    clean();
    call1(EXIT_GROUP, 0);
}
