// A plugin of QEMU: how many system calls an application makes by `syscall`, and how many by the stubs of promoted sites.
//
//   -plugin calls.so,from=ADDRESS,to=ADDRESS,result=FILE      where the stubs are, in hexadecimal
//
// In the file: "syscall N", "promoted N", and for each `syscall` that was executed "at ADDRESS N". The application is what is executed
// in the lower half of the addresses; each of its stubs clears the interrupt flag once. The interface is declared here, for not
// every QEMU brings its header. Source: QEMU's documentation, "QEMU TCG Plugins", API version 2.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*translated)(plugin_id id, struct qemu_plugin_tb *block));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
// Copies the instruction since version 3 of the interface; before that it gave its address.
uintptr_t qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction, void *copy, size_t length);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction, void (*executed)(unsigned core, void *what), int flags, void *what);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*ended)(plugin_id id, void *what), void *what);

EXPORT int qemu_plugin_version = 2;

enum { SITES = 4096 };
static const uint64_t upper_half = UINT64_C(1) << 47;

struct information { // qemu_info_t, its beginning
    const char *target;
    struct { int least, current; } version;
};
enum { FIRST_THAT_COPIES = 3 };

static uint64_t from, to, promoted;
static int copies;
static struct { uint64_t address, count; } sites[SITES];
static char result[4096];

static void add(unsigned core, void *count)
{
    __atomic_fetch_add((uint64_t *)count, 1, __ATOMIC_RELAXED);
}

// QEMU translates one block at a time.
static uint64_t *site(uint64_t address)
{
    for (int i = 0; i < SITES; i++) {
        if (sites[i].address == address || !sites[i].address) {
            sites[i].address = address;
            return &sites[i].count;
        }
    }
    fprintf(stderr, "calls: more than %d sites\n", SITES);
    exit(1);
}

static void translated(plugin_id id, struct qemu_plugin_tb *block)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(instruction);
        size_t size = qemu_plugin_insn_size(instruction);
        if (address >= upper_half || size > 2)
            continue;
        unsigned char bytes[2] = {0};
        uintptr_t data = qemu_plugin_insn_data(instruction, bytes, size);
        if (!copies)
            memcpy(bytes, (const void *)data, size);
        if (size == 2 && bytes[0] == 0x0f && bytes[1] == 0x05)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, add, 0, site(address));
        else if (size == 1 && bytes[0] == 0xfa && address >= from && address < to)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, add, 0, &promoted);
    }
}

static void ended(plugin_id id, void *what)
{
    FILE *file = fopen(result, "w");
    uint64_t all = 0;
    for (int i = 0; i < SITES; i++)
        all += sites[i].count;
    if (file) {
        fprintf(file, "syscall %" PRIu64 "\npromoted %" PRIu64 "\n", all, promoted);
        for (int i = 0; i < SITES && sites[i].address; i++)
            fprintf(file, "at %" PRIx64 " %" PRIu64 "\n", sites[i].address, sites[i].count);
    }
    if (!file || fclose(file))
        perror(result);
}

EXPORT int qemu_plugin_install(plugin_id id, const struct information *information, int argc, char **argv)
{
    copies = information->version.current >= FIRST_THAT_COPIES;
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "from=", 5))
            from = strtoull(argv[i] + 5, 0, 16);
        else if (!strncmp(argv[i], "to=", 3))
            to = strtoull(argv[i] + 3, 0, 16);
        else if (!strncmp(argv[i], "result=", 7))
            snprintf(result, sizeof result, "%s", argv[i] + 7);
    }
    if (!to || !*result) {
        fprintf(stderr, "calls: usage: from=ADDRESS,to=ADDRESS,result=FILE\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, 0);
    return 0;
}
