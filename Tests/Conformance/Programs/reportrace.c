// Threads read /proc while others change what it shows: nothing hangs, and what is read makes sense.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROUNDS 150

static void *nothing(void *unused)
{
    return unused;
}

static void *threads(void *unused)
{
    for (int i = 0; i < ROUNDS; i++)
    {
        pthread_t thread;
        if (!pthread_create(&thread, 0, nothing, 0))
            pthread_join(thread, 0);
    }
    return unused;
}

static void *descriptors(void *unused)
{
    for (int i = 0; i < ROUNDS * 4; i++)
    {
        int p[2];
        if (!pipe(p))
            close(p[0]), close(p[1]);
    }
    return unused;
}

static void *mappings(void *unused)
{
    for (int i = 0; i < ROUNDS * 2; i++)
    {
        char name[32];
        sprintf(name, "/tmp/race%d", i & 3);
        int f = open(name, O_RDWR | O_CREAT, 0600);
        ftruncate(f, 8192);
        char *m = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
        close(f);
        m[4096] = 1;
        unlink(name);
        munmap(m, 8192);
    }
    return unused;
}

static void *reader(void *bad)
{
    char *text = malloc(1 << 20), path[300];
    for (int i = 0; i < ROUNDS; i++)
    {
        int f = open("/proc/self/maps", O_RDONLY);
        long length = 0, got;
        while ((got = read(f, text + length, 4000)) > 0)
            length += got;
        close(f);
        text[length] = 0;
        unsigned long last = 0, start, end;
        for (char *line = text; *line; line = strchr(line, '\n') + 1)
        {
            if (sscanf(line, "%lx-%lx ", &start, &end) != 2 || start < last || end <= start)
                ++*(int *)bad;
            last = end;
        }
        const char *lists[] = {"/proc/self/task", "/proc/self/fd"};
        for (int l = 0; l < 2; l++)
        {
            DIR *d = opendir(lists[l]);
            struct dirent *e;
            int own = 0;
            while (d && (e = readdir(d)))
            {
                own += atoi(e->d_name) == (l ? dirfd(d) : gettid());
                sprintf(path, l ? "%s/%s" : "%s/%s/stat", lists[l], e->d_name);
                if (l)
                    readlink(path, text, 100);
                else if ((f = open(path, O_RDONLY)) >= 0)
                {
                    got = read(f, text, 1000);
                    close(f);
                }
            }
            *(int *)bad += own != 1;
            if (d)
                closedir(d);
        }
    }
    free(text);
    return 0;
}

int main(void)
{
    int bad[2] = {0};
    pthread_t all[5];
    pthread_create(&all[0], 0, threads, 0);
    pthread_create(&all[1], 0, descriptors, 0);
    pthread_create(&all[2], 0, mappings, 0);
    pthread_create(&all[3], 0, reader, &bad[0]);
    pthread_create(&all[4], 0, reader, &bad[1]);
    for (int i = 0; i < 5; i++)
        pthread_join(all[i], 0);
    printf("wrong %d\n", bad[0] + bad[1]);
    return 0;
}
