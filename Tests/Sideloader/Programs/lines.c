// Writes many lines, and waits for its end.
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    for (int i = 1; i <= 400000; i++)
        printf("%06d\n", i);
    fflush(stdout);
    for (;;)
        pause();
}
