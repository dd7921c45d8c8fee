// A plugin of QEMU: how many instructions all cores execute from the first one at an address to the first one at another.
//
//   -plugin instructions.so,from=ADDRESS,to=ADDRESS,result=FILE[,lower=on]      addresses in hexadecimal
//
// The file's first line is the sum, the second the number of each core. lower=on counts only instructions at addresses of
// the lower half: on Linux, those of programs.
//
// QEMU's own clock of -icount does not tell: a core that gets an INIT forgets what it had left of its slice, and the clock
// goes on as if all of it had been executed. The interface is declared here, for not every QEMU brings its header.
// Source: QEMU's documentation, "QEMU TCG Plugins", API version 2.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

EXPORT int qemu_plugin_version = 2;

enum { OTHER, FIRST, LAST };

enum { CORES = 1024, UPPER_HALF = 47 };

// Each core has a line of its own: with -icount they take turns, without it they run at once.
static struct { uint64_t executed; } __attribute__((aligned(64))) counts[CORES];
static uint64_t from, to;
static volatile int counting, done;
static int lower;
static char result[4096];

static void add(unsigned core, void *what)
{
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
    }
    if (!from || !to || !*result) {
        fprintf(stderr, "instructions: usage: from=ADDRESS,to=ADDRESS,result=FILE[,lower=on]\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
