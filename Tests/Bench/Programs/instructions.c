// A plugin of QEMU: how many instructions all cores execute from the first one at an address to the first one at another.
//
//   -plugin instructions.so,from=ADDRESS,to=ADDRESS,result=FILE[,lower=on][,even=on]      addresses in hexadecimal
//
// The file's first line is the sum, the second the number of each core. lower=on counts only instructions at addresses of
// the lower half: on Linux, those of programs.
//
// even=on makes cores that run at once advance at one speed, as those of a machine do: each emulated core is a thread of the
// host, and how programs share out their work would follow from the host's other load. Who is ahead of the slowest core
// that is not idle waits for it.
//
// QEMU's own clock of -icount does not tell: a core that gets an INIT forgets what it had left of its slice, and the clock
// goes on as if all of it had been executed. The interface is declared here, for not every QEMU brings its header.
// Source: QEMU's documentation, "QEMU TCG Plugins", API version 2.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
typedef void (*executed)(unsigned core, void *what);
struct qemu_plugin_tb;
struct qemu_plugin_insn;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*translated)(plugin_id id, struct qemu_plugin_tb *block));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction, executed call, int flags, void *what);
void qemu_plugin_register_vcpu_init_cb(plugin_id id, void (*call)(plugin_id id, unsigned core));
void qemu_plugin_register_vcpu_idle_cb(plugin_id id, void (*call)(plugin_id id, unsigned core));
void qemu_plugin_register_vcpu_resume_cb(plugin_id id, void (*call)(plugin_id id, unsigned core));

EXPORT int qemu_plugin_version = 2;

enum { OTHER, FIRST, LAST };

enum { CORES = 1024, UPPER_HALF = 47 };

// How far a core may be ahead, how often it looks, and how long it waits at most without seeing anybody advance: who waits
// for the others to stop, as QEMU does for some atomic instructions, would wait for ever.
enum { AHEAD = 20000, LOOK = 1024, PATIENCE_US = 50000, PAUSE_US = 20 };

// Each core has a line of its own: with -icount they take turns, without it they run at once. The position is what it would
// have executed without being idle.
static struct { uint64_t executed, position; volatile int running; } __attribute__((aligned(64))) counts[CORES];
static unsigned most;
static int even;
static uint64_t from, to;
static volatile int counting, done;
static int lower;
static char result[4096];

// The position of the slowest core that runs; of the core itself if there is no other.
static uint64_t slowest(unsigned core)
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < most; i++) {
        uint64_t position = __atomic_load_n(&counts[i].position, __ATOMIC_RELAXED);
        if (i != core && counts[i].running && position < least)
            least = position;
    }
    return least == UINT64_MAX ? counts[core].position : least;
}

static void wait_for_others(unsigned core)
{
    uint64_t seen = 0;
    for (int waited = 0; waited < PATIENCE_US; waited += PAUSE_US) {
        uint64_t least = slowest(core);
        if (counts[core].position <= least + AHEAD)
            return;
        if (least != seen)
            waited = 0;
        seen = least;
        nanosleep(&(struct timespec){ .tv_nsec = PAUSE_US * 1000 }, 0);
    }
}

static void added(plugin_id id, unsigned core)
{
    counts[core % CORES].running = 0;
    if (core % CORES >= most)
        most = core % CORES + 1;
}

static void idles(plugin_id id, unsigned core)
{
    counts[core % CORES].running = 0;
}

// Time has passed for it as well.
static void resumes(plugin_id id, unsigned core)
{
    uint64_t now = slowest(core % CORES);
    if (counts[core % CORES].position < now)
        __atomic_store_n(&counts[core % CORES].position, now, __ATOMIC_RELAXED);
    counts[core % CORES].running = 1;
}

static void add(unsigned core, void *what)
{
    if (even && counting && !done) {
        uint64_t position = counts[core % CORES].position + 1;
        __atomic_store_n(&counts[core % CORES].position, position, __ATOMIC_RELAXED);
        if (position % LOOK == 0)
            wait_for_others(core % CORES);
    }
    if ((uintptr_t)what == FIRST)
        counting = 1;
    if (!counting || done)
        return;
    if ((uintptr_t)what != LAST) {
        counts[core % CORES].executed++;
        return;
    }
    done = 1;
    uint64_t sum = 0;
    unsigned last = 0;
    for (unsigned i = 0; i < CORES; i++) {
        sum += counts[i].executed;
        if (counts[i].executed)
            last = i;
    }
    FILE *file = fopen(result, "w");
    int failed = !file || fprintf(file, "%" PRIu64 "\n", sum) < 0;
    for (unsigned i = 0; !failed && i <= last; i++)
        failed = fprintf(file, "%" PRIu64 "%c", counts[i].executed, i == last ? '\n' : ' ') < 0;
    if (failed || fclose(file)) {
        perror(result);
        exit(1);
    }
}

static void translated(plugin_id id, struct qemu_plugin_tb *block)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(instruction);
        if (lower && address >> UPPER_HALF)
            continue;
        uintptr_t what = address == from ? FIRST : address == to ? LAST : OTHER;
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, add, 0, (void *)what);
    }
}

EXPORT int qemu_plugin_install(plugin_id id, const void *information, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "from=", 5))
            from = strtoull(argv[i] + 5, 0, 16);
        else if (!strncmp(argv[i], "to=", 3))
            to = strtoull(argv[i] + 3, 0, 16);
        else if (!strncmp(argv[i], "result=", 7))
            snprintf(result, sizeof result, "%s", argv[i] + 7);
        else if (!strcmp(argv[i], "lower=on"))
            lower = 1;
        else if (!strcmp(argv[i], "even=on"))
            even = 1;
    }
    if (!from || !to || !*result) {
        fprintf(stderr, "instructions: usage: from=ADDRESS,to=ADDRESS,result=FILE[,lower=on][,even=on]\n");
        return 1;
    }
    if (even) {
        qemu_plugin_register_vcpu_init_cb(id, added);
        qemu_plugin_register_vcpu_idle_cb(id, idles);
        qemu_plugin_register_vcpu_resume_cb(id, resumes);
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
