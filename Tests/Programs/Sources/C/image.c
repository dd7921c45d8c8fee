// A program that is linked into an image: says what it was given, and what it costs to ask for its number.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long ticks(void)
{
    unsigned low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low | (unsigned long)high << 32;
}

int main(int count, char **words)
{
    for (int i = 0; i < count; i++)
        printf("argv[%d] %s\n", i, words[i]);
    printf("VARIABLE %s\n", getenv("VARIABLE") ? getenv("VARIABLE") : "none");
    int result = open("/there/is/none", O_RDONLY);
    printf("open %d %s\n", result, strerror(errno));
    printf("itself %s\n", access(words[0], R_OK | X_OK) == 0 ? "there" : strerror(errno));

    // With one instruction for a tick: instructions in a thousand turns of the loop, the call and the loop's own.
    for (int round = 0; round < 3; round++)
    {
        unsigned long start = ticks();
        for (int i = 0; i < 1000; i++)
            getpid();
        printf("getpid %lu\n", ticks() - start);
    }

    return count > 1 ? atoi(words[count - 1]) : 7;
}
