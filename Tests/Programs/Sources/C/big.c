// Needs 64 MiB for its variables, and touches all of it.
#include <stdio.h>

static volatile char room[64 << 20];

int main(void)
{
    for (unsigned long i = 0; i < sizeof room; i += 4096)
        room[i] = 1;
    puts("there was room");
    return 0;
}
