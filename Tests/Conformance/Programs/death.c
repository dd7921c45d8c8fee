// Ends in the way that its argument names.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int deep(int n) { volatile char page[4096]; page[0] = (char)n; return deep(n + 1) + page[0]; }

int main(int argc, char **argv)
{
    volatile int zero = argc - 2;
    char *how = argv[1];
    if (!strcmp(how, "return")) return 7;
    if (!strcmp(how, "large")) exit(0x1234);
    if (!strcmp(how, "now")) _exit(9);
    if (!strcmp(how, "abort")) abort();
    if (!strcmp(how, "term")) raise(SIGTERM);
    if (!strcmp(how, "null")) *(volatile int *)(long)zero = 1;
    if (!strcmp(how, "wild")) return *(volatile int *)0x123456789000;
    if (!strcmp(how, "text")) *(volatile char *)main = 1;
    if (!strcmp(how, "data")) { static char code[] = { (char)0xc3 }; ((void (*)(void))code)(); }
    if (!strcmp(how, "divide")) return 5 / zero;
    if (!strcmp(how, "illegal")) __builtin_trap();
    if (!strcmp(how, "stack")) return deep(0);
    if (!strcmp(how, "none")) { char *p = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); *p = 1; }
    if (!strcmp(how, "kernel")) return *(volatile int *)0xffffffff80100000;
    return 99;
}
