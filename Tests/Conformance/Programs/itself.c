// A program that looks at its own file: what it reads, maps, copies and runs there is what was built, however it was loaded.
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t hash(const unsigned char *bytes, size_t count)
{
    uint64_t value = 0xcbf29ce484222325;
    for (size_t i = 0; i < count; i++) value = (value ^ bytes[i]) * 0x100000001b3;
    return value;
}

static unsigned char *contents(int file, size_t size)
{
    unsigned char *bytes = malloc(size + 1);
    size_t had = 0;
    ssize_t got;
    while ((got = pread(file, bytes + had, size + 1 - had, had)) > 0) had += got;
    printf("%zu of %zu bytes, ", had, size);
    return bytes;
}

static int calls(const unsigned char *bytes, size_t size)
{
    int count = 0;
    for (size_t i = 0; i + 7 <= size; i++)
        count += bytes[i] == 0xb8 && bytes[i + 3] == 0 && bytes[i + 4] == 0 && bytes[i + 5] == 0x0f && bytes[i + 6] == 0x05;
    return count;
}

__attribute__((noinline, noclone)) static long parent(void)
{
    long result;
    __asm__ volatile("mov $110, %%eax; syscall" : "=a"(result) : : "rcx", "r11", "memory");
    return result;
}

static void look(const char *name, const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status)) exit(1);
    unsigned char *bytes = contents(file, status.st_size);
    const Elf64_Ehdr *header = (void *)bytes;
    printf("%s %016lx, %d headers, %d calls\n", name, hash(bytes, status.st_size), header->e_phnum, calls(bytes, status.st_size));

    unsigned char *mapped = mmap(0, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    unsigned char *shared = mmap(0, status.st_size, PROT_READ, MAP_SHARED, file, 0);
    printf("mapped the same %d %d\n", memcmp(mapped, bytes, status.st_size), memcmp(shared, bytes, status.st_size));

    // A second copy of its code, as if it loaded itself.
    const Elf64_Phdr *segment = (void *)(bytes + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++, segment++) {
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
        unsigned char *code = mmap(0, segment->p_filesz, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, segment->p_offset & -4096L);
        extern char __executable_start;
        long (*again)(void) = (void *)(code + ((unsigned long)parent - segment->p_vaddr + (segment->p_offset & 4095)));
        printf("code the same %d, run there %d\n", memcmp(code, bytes + (segment->p_offset & -4096L), segment->p_filesz), again() == parent());
        munmap(code, segment->p_filesz);
    }

    unsigned char *written = mmap(0, status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    for (long at = 0; at < status.st_size; at += 4096) written[at] ^= 0xff;
    printf("a private change is private %d\n", memcmp(mapped, bytes, status.st_size));

    int copy = memfd_create("copy", 0);
    off_t from = 0;
    while (sendfile(copy, file, &from, status.st_size) > 0) {}
    unsigned char *copied = contents(copy, status.st_size);
    printf("copied the same %d\n", memcmp(copied, bytes, status.st_size));
    munmap(mapped, status.st_size);
    munmap(shared, status.st_size);
    munmap(written, status.st_size);
    free(bytes);
    free(copied);
    close(copy);
    close(file);
}

int main(int argc, char **argv)
{
    char line[512], path[512];
    unsigned long start, end, offset;
    look("/proc/self/exe", "/proc/self/exe");
    look("argv[0]", argv[0]);

    // What code is mapped from the file.
    FILE *maps = fopen("/proc/self/maps", "r");
    char permissions[8];
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %7s %lx %*s %*s %511s", &start, &end, permissions, &offset, path) == 5 && permissions[2] == 'x' && !strcmp(path, argv[0]))
            printf("%lx-%lx %s %lx\n", start, end, permissions, offset);
    }

    return 0;
}
