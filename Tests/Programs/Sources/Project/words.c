#include "count.h"
#include <math.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    puts(found());
    for (int i = 1; i < argc; i++)
        printf("%s %d\n", argv[i], count_word(argv[i], argv + 1, argc - 1));
    printf("%.3f\n", sqrt(argc));
    return argc;
}
