// A driver of a virtio device that breaks every rule: one thread makes chains of nonsense available, another changes descriptors
// and entries under the device's eyes. It runs in ring 0 and takes the device, memory and ports as they are, past its kernel.
// In the end it breaks each rule once. Arguments: how many chains the device must have given back, and by how much rarer than usual
// nonsense is. Prints how often the device had to be reset, and whether it answers a good request at the end.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { SIZE = 64, QUEUE = 1, REGION = 2 << 20, HALF = 1 << 20, BATCH = 32 };
enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };

// The kernel's map of all memory, and the first address that is none in the machine of this test.
static const uint64_t DIRECT = 0xffff800000000000, BEYOND = 0x10000000;

struct descriptor { uint64_t address; uint32_t length; uint16_t flags, next; };
struct ring
{
    struct descriptor table[SIZE];
    uint16_t availableFlags, available, entries[SIZE], usedEvent;
    uint16_t usedFlags __attribute__((aligned(4))), used;
    struct { uint32_t head, length; } done[SIZE];
    uint16_t availableEvent;
};

static volatile struct ring *ring;
static unsigned char *region;
static uint64_t physical;
static int device, window, stop, rare;
static struct { uint32_t bar, offset, step; } common, notify;

static uint32_t in32(uint16_t port) { uint32_t v; __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static void out32(uint16_t port, uint32_t v) { __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port)); }
static void out16(uint16_t port, uint16_t v) { __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port)); }
static void out8(uint16_t port, uint8_t v) { __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port)); }

static void place(int offset) { out32(0xcf8, 1u << 31 | device << 8 | (offset & 0xfc)); }
static uint32_t pci(int offset) { place(offset); return in32(0xcfc); }
static void setPci(int offset, uint32_t v) { place(offset); out32(0xcfc, v); }

// VIRTIO 1.2, 4.1.4.9: registers by way of the configuration space, where no page is mapped for them.
static void aim(uint32_t bar, uint32_t offset, uint32_t bytes)
{
    place(window + 4);
    out8(0xcfc, bar);
    setPci(window + 8, offset);
    setPci(window + 12, bytes);
    place(window + 16);
}

static uint32_t get8(uint32_t at) { aim(common.bar, common.offset + at, 1); return in32(0xcfc) & 0xff; }
static uint32_t get16(uint32_t at) { aim(common.bar, common.offset + at, 2); return in32(0xcfc) & 0xffff; }
static void set8(uint32_t at, uint8_t v) { aim(common.bar, common.offset + at, 1); out8(0xcfc, v); }
static void set16(uint32_t at, uint16_t v) { aim(common.bar, common.offset + at, 2); out16(0xcfc, v); }
static void set32(uint32_t at, uint32_t v) { aim(common.bar, common.offset + at, 4); out32(0xcfc, v); }
static void set64(uint32_t at, uint64_t v) { set32(at, (uint32_t)v); set32(at + 4, (uint32_t)(v >> 32)); }

static uint32_t next(uint64_t *state, uint32_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % limit;
}

static void fail(const char *what) { puts(what); exit(1); }

static void find(void)
{
    for (device = 0; device < 256 && pci(0) != 0x105a1af4; device++)
        ;
    if (device == 256)
        fail("no file system device");
    setPci(4, (pci(4) & 0xffff) | 6);
    for (int at = pci(0x34) & 0xfc; at; at = pci(at) >> 8 & 0xfc) {
        uint32_t head = pci(at), bar = pci(at + 4) & 0xff, offset = pci(at + 8);
        if ((head & 0xff) != 9)
            continue;
        if (head >> 24 == 1)
            common.bar = bar, common.offset = offset;
        else if (head >> 24 == 2)
            notify.bar = bar, notify.offset = offset, notify.step = pci(at + 16);
        else if (head >> 24 == 5)
            window = at;
    }
    if (!window)
        fail("no window for registers");
}

// A large page, so that its bytes follow each other for the device too.
static void allocate(void)
{
    char *all = mmap(0, 2 * REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    region = (unsigned char *)(((uintptr_t)all + REGION - 1) & -(uintptr_t)REGION);
    memset(region, 0, REGION);
    uint64_t table;
    __asm__ volatile("mov %%cr3, %0" : "=r"(table));
    for (int shift = 39; shift >= 21; shift -= 9) {
        table = ((uint64_t *)(DIRECT + (table & 0xffffffffff000)))[(uintptr_t)region >> shift & 511];
        if (!(table & 1))
            fail("no page");
    }
    if (!(table & 0x80))
        fail("no large page");
    physical = table & 0xfffffffe00000;
    ring = (volatile struct ring *)(region + HALF + HALF / 2);
}

static uint64_t where(volatile void *p) { return physical + ((unsigned char *)p - region); }

static void start(void)
{
    set8(20, 0);
    while (get8(20))
        ;
    memset((void *)ring, 0, sizeof *ring);
    set8(20, 1 | 2);
    set32(8, 0);
    set32(12, 1 << 28 | 1 << 29);
    set32(8, 1);
    set32(12, 1);
    set8(20, 1 | 2 | 8);
    set16(22, QUEUE);
    set16(24, SIZE);
    set64(32, where(ring->table));
    set64(40, where(&ring->availableFlags));
    set64(48, where(&ring->usedFlags));
    set16(28, 1);
    set8(20, 1 | 2 | 8 | 4);
}

static void ringBell(void)
{
    set16(22, QUEUE);
    uint32_t at = notify.offset + get16(30) * notify.step;
    aim(notify.bar, at, 2);
    out16(0xcfc, QUEUE);
}

// Addresses in the lower half of the region and lengths below that half, or both far outside: whatever address the other thread
// puts to whatever length, what the device writes hits this program alone.
static void fill(volatile struct descriptor *d, uint64_t *state)
{
    uint64_t address = physical + next(state, HALF);
    uint32_t length = next(state, 3000), flags = 0;
    switch (next(state, 200 * rare)) {
    case 0: address = BEYOND + ((uint64_t)next(state, 1 << 30) << 20); break;
    case 1: address = -(uint64_t)next(state, 5000); break;
    case 2: length = BEYOND + next(state, 1 << 30); break;
    case 3: flags = INDIRECT; length = 16 * (1 + next(state, 8)); break;
    case 4: flags = INDIRECT | next(state, 65536); break;
    case 5: flags = next(state, 65536); break;
    case 6: address = where(ring->table) + next(state, 500); length = next(state, 500); break;
    default: flags = next(state, 4) ? WRITE : 0; break;
    }
    if (!next(state, 12 * rare))
        flags |= NEXT;
    d->address = address;
    d->length = length;
    d->flags = flags;
    d->next = next(state, 200 * rare) ? next(state, SIZE) : next(state, 65536);
}

static void *mutate(void *unused)
{
    uint64_t state = 5;
    volatile uint64_t *halves = (volatile uint64_t *)ring->table;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        int half = next(&state, 2);
        halves[next(&state, SIZE) * 2 + half] = halves[next(&state, SIZE) * 2 + half];
        if (!next(&state, 64))
            ring->entries[next(&state, SIZE)] = next(&state, 500 * rare) ? next(&state, SIZE) : next(&state, 65536);
        if (!next(&state, 16))
            fill(&ring->table[next(&state, SIZE)], &state);
        // What the device reads as requests: operations of the protocol, and numbers that mean nothing.
        uint32_t *request = (uint32_t *)(region + next(&state, HALF - 64));
        request[0] = next(&state, 3000);
        request[1] = next(&state, 56);
        request[4] = next(&state, 4);
    }
    return unused;
}

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

// Waits until the device has given everything back, or nothing more for some milliseconds.
static int wait(uint16_t wanted)
{
    uint16_t seen = ring->used;
    for (long last = now(); ring->used != wanted;) {
        if (ring->used != seen)
            seen = ring->used, last = now();
        else if (now() - last > 5000)
            return 0;
        __asm__ volatile("pause");
    }
    return 1;
}

// FUSE_STATFS of the root, as a driver asks that means well: descriptors 0 and 1.
static uint32_t *ask(void)
{
    memset(region, 0, 4096);
    uint32_t *request = (uint32_t *)region;
    request[0] = 40, request[1] = 17, request[2] = 99, request[4] = 1;
    ring->table[0] = (struct descriptor){ physical, 40, NEXT, 1 };
    ring->table[1] = (struct descriptor){ physical + 1024, 256, WRITE, 0 };
    ring->entries[0] = 0;
    return request + 256;
}

static int answer(void)
{
    for (int i = 0; i < 2000; i++) {
        ringBell();
        if (wait(1))
            return 1;
    }
    return 0;
}

// What the device says of a broken rule is for the host to see: nothing here tells when it has looked.
static void letItLook(void)
{
    for (long begin = now(); now() - begin < 200000;)
        __asm__ volatile("pause");
    if (ring->used != 1)
        fail("a broken rule was answered");
}

// A good request and behind it, made available at once, what breaks a rule: the answer to the first says that the device is at the
// second. Nobody else writes.
static void breakRule(struct descriptor third, uint16_t head)
{
    start();
    ask();
    ring->table[2] = third;
    ring->table[3] = (struct descriptor){ physical + 8192, 64, 0, 0 };
    ring->entries[1] = head;
    ring->available = 2;
    if (!answer())
        fail("no answer before a broken rule");
    letItLook();
}

static void breakEachRule(void)
{
    uint64_t data = physical + 8192, table = physical + 16384;
    *(struct descriptor *)(region + 16384) = (struct descriptor){ data, 16, INDIRECT, 0 };
    breakRule((struct descriptor){ BEYOND, 64, 0, 0 }, 2);
    breakRule((struct descriptor){ data, 64, NEXT, 2 }, 2);
    breakRule((struct descriptor){ data, 64, NEXT, SIZE }, 2);
    breakRule((struct descriptor){ data, 64, WRITE | NEXT, 3 }, 2);
    breakRule((struct descriptor){ table, 24, INDIRECT, 0 }, 2);
    breakRule((struct descriptor){ BEYOND, 32, INDIRECT, 0 }, 2);
    breakRule((struct descriptor){ table, 16, INDIRECT | NEXT, 3 }, 2);
    breakRule((struct descriptor){ table, 16, INDIRECT, 0 }, 2);
    breakRule((struct descriptor){ data, 64, 0, 0 }, SIZE);

    // Here the second is seen before the first could be taken: it comes after the answer.
    start();
    ask();
    ring->available = 1;
    if (!answer())
        fail("no answer before a broken rule");
    ring->available = 1 + SIZE + 1;
    ringBell();
    letItLook();
}

int main(int argc, char **argv)
{
    long goal = atol(argv[1]), chains = 0, resets = 0;
    uint64_t state = 7;
    pthread_t other;
    rare = atoi(argv[2]);
    find();
    allocate();
    pthread_create(&other, 0, mutate, 0);
    while (chains < goal) {
        start();
        resets++;
        for (uint16_t made = 0; chains < goal;) {
            uint16_t before = made;
            for (int i = 0; i < BATCH; i++, made++) {
                fill(&ring->table[next(&state, SIZE)], &state);
                ring->entries[made % SIZE] = next(&state, 2000 * rare) ? next(&state, SIZE) : next(&state, 65536);
            }
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
            ring->available = next(&state, 2000 * rare) ? made : next(&state, 65536);
            ringBell();
            int all = wait(made);
            uint16_t back = ring->used - before;
            // The device may have been told to write there.
            if (back <= BATCH)
                chains += back;
            if (!all)
                break;
        }
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    pthread_join(other, 0);

    breakEachRule();
    start();
    uint32_t *answered = ask();
    ring->available = 1;
    int good = answer() && answered[0] == 16 + 80 && answered[1] == 0 && answered[2] == 99;
    printf("chains %s, resets %s, %s\n", chains >= goal ? "done" : "missing", resets > 1 ? "some" : "none",
        good ? "answered" : "no answer");
    printf("%ld chains, %ld resets\n", chains, resets);
    return 0;
}
