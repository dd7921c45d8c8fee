// More data than the machine of its test has memory.
#include <stdio.h>

static char data[48 << 20];

int main(int count, char **words)
{
    data[count] = 1;
    return printf("%d\n", data[2 * count]) < 0;
}
