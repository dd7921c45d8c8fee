// A plugin of QEMU: how many instructions the libOS executes for each system call, without those of waiting.
//
//   -plugin percall.so,result=FILE,entry=ADDRESS,pause=ADDRESS,block=ADDRESS,kind=ADDRESS[,kind=ADDRESS...]     hexadecimal
//
// For a machine with one core. A call is what the kernel executes (the upper half of the addresses) between one execution of
// `entry`, where a system call enters, and the next: interrupts that come later, but for this call, are in it. What is between two executions of
// `pause` is a turn of a loop that looked for an answer and found none: it is left out. A call in which `block` was executed gave its core away; such
// calls are counted apart, with all that putting to sleep and waking take. An instruction at a `kind` says what the calls
// after it are; the last kind stands for calls that do not count. The interface is declared here, for not every QEMU brings its header.
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
void qemu_plugin_register_atexit_cb(plugin_id id, void (*ended)(plugin_id id, void *what), void *what);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction, executed call, int flags, void *what);

EXPORT int qemu_plugin_version = 2;

enum { MAX_KINDS = 32, KERNEL = 0, ENTRY, PAUSE, BLOCK, FIRST_KIND };

struct sum {
    uint64_t calls, total, least, most;
};

static uint64_t entry, pause_at, block_at, kinds[MAX_KINDS];
static int kind_count, kind, in_call, has_blocked;
static uint64_t count, at_pause;
static struct sum looked[MAX_KINDS], slept[MAX_KINDS];
static char result[4096];

static void finish_call(void)
{
    struct sum *sum = (has_blocked ? slept : looked) + kind;
    sum->least = !sum->calls || count < sum->least ? count : sum->least;
    sum->most = count > sum->most ? count : sum->most;
    sum->total += count;
    sum->calls++;
}

static void add(unsigned core, void *argument)
{
    uintptr_t what = (uintptr_t)argument;
    if (what >= FIRST_KIND) {
        if (in_call)
            finish_call();
        in_call = 0;
        kind = what - FIRST_KIND;
        return;
    }
    if (what == ENTRY) {
        if (in_call)
            finish_call();
        in_call = 1;
        has_blocked = 0;
        count = at_pause = 0;
    } else if (what == PAUSE) {
        if (at_pause)
            count = at_pause - 1;
        at_pause = count + 1;
    } else if (what == BLOCK) {
        has_blocked = 1;
    }
    count++;
}

static void translated(plugin_id id, struct qemu_plugin_tb *block)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(instruction);
        uintptr_t what = address == entry ? ENTRY : address == pause_at ? PAUSE : address == block_at ? BLOCK : KERNEL;
        for (int k = 0; k < kind_count; k++)
            what = address == kinds[k] ? (uintptr_t)(FIRST_KIND + k) : what;
        if (what != KERNEL || address >> 63)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, add, 0, (void *)what);
    }
}

static void ended(plugin_id id, void *what)
{
    FILE *file = fopen(result, "w");
    for (int k = 0; file && k < kind_count; k++) {
        struct sum *sums[] = { looked + k, slept + k };
        for (int i = 0; i < 2; i++)
            fprintf(file, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "%c", sums[i]->calls, sums[i]->total, sums[i]->least, sums[i]->most, i ? '\n' : ' ');
    }
    if (!file || fclose(file))
        perror(result);
}

EXPORT int qemu_plugin_install(plugin_id id, const void *information, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "entry=", 6))
            entry = strtoull(argv[i] + 6, 0, 16);
        else if (!strncmp(argv[i], "pause=", 6))
            pause_at = strtoull(argv[i] + 6, 0, 16);
        else if (!strncmp(argv[i], "block=", 6))
            block_at = strtoull(argv[i] + 6, 0, 16);
        else if (!strncmp(argv[i], "kind=", 5) && kind_count < MAX_KINDS)
            kinds[kind_count++] = strtoull(argv[i] + 5, 0, 16);
        else if (!strncmp(argv[i], "result=", 7))
            snprintf(result, sizeof result, "%s", argv[i] + 7);
    }
    if (!entry || !pause_at || !block_at || !kind_count || !*result) {
        fprintf(stderr, "percall: usage: result=FILE,entry=ADDRESS,pause=ADDRESS,block=ADDRESS,kind=ADDRESS...\n");
        return 1;
    }
    kind = kind_count - 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, 0);
    return 0;
}
