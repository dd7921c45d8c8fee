// A file larger than the memory, mapped: what that costs, and that all of it can be read and written.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

enum { PAGE = 4096 };

static long available(void)
{
    struct sysinfo s;
    sysinfo(&s);
    return s.freeram * s.mem_unit / PAGE;
}

int main(void)
{
    int file = open("large", O_RDWR);
    struct stat s;
    fstat(file, &s);
    long pages = s.st_size / PAGE, before = available();
    uint64_t *p = mmap(0, s.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    uint64_t *private = mmap(0, s.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    printf("taken %ld\n", before - available());
    // All of it, in order; then all of it again, and something written to it.
    uint64_t sum = 0;
    for (long i = 0; i < pages; i++) sum += p[i * (PAGE / 8)];
    for (long i = 0; i < pages; i++) p[i * (PAGE / 8) + 1] = i + 1;
    for (long i = 0; i < pages; i += 97) { sum += private[i * (PAGE / 8) + 1]; private[i * (PAGE / 8) + 1] = 0; }
    printf("sum %lu\n", (unsigned long)sum);
    return 0;
}
