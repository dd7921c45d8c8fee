// Redis's server and its benchmark in one process: the server's main function runs on the first thread, as it does
// in a process of its own; another thread first asks it questions, then runs redis-benchmark's main function, and at
// last asks what the server has counted. They talk through an AF_UNIX socket. What depends on speed is not printed.
// The command line is the server's, which wants to write over it.
#include <fcntl.h>
#include <hiredis.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKET "redis.sock"

int server_main(int argc, char **argv);
int benchmark_main(int argc, char **argv);

static redisContext *server;

static void print(const redisReply *reply, int depth)
{
    switch (reply->type) {
    case REDIS_REPLY_INTEGER: printf(" %lld", reply->integer); break;
    case REDIS_REPLY_NIL: printf(" nil"); break;
    case REDIS_REPLY_ARRAY:
        printf(" [");
        for (size_t i = 0; i < reply->elements; i++) print(reply->element[i], depth + 1);
        printf(" ]");
        break;
    default: printf(" %s%s", reply->type == REDIS_REPLY_ERROR ? "error: " : "", reply->str);
    }
    if (depth == 0) puts("");
}

static redisReply *command(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    redisReply *reply = redisvCommand(server, format, arguments);
    va_end(arguments);
    if (!reply) { printf("%s: %s\n", format, server->errstr); exit(3); }
    return reply;
}

#define ASK(...) do { printf("%s:", (const char *[]){ __VA_ARGS__ }[0]); redisReply *r_ = command(__VA_ARGS__); print(r_, 0); freeReplyObject(r_); } while (0)

static void connect_to_server(void)
{
    for (int i = 0; i < 30000; i++) {
        server = redisConnectUnix(SOCKET);
        if (server && !server->err) return;
        redisFree(server);
        usleep(2000);
    }
    puts("no server");
    exit(4);
}

static void ask(void)
{
    ASK("PING");
    ASK("SET greeting hello");
    ASK("APPEND greeting %s", " world");
    ASK("GET greeting");
    for (int i = 0; i < 1000; i++) {
        freeReplyObject(command("SET key:%d value-%d", i, i * 7));
        freeReplyObject(command("RPUSH list %d", i));
        freeReplyObject(command("ZADD scores %d member-%d", i * 7919 % 1009, i));
        freeReplyObject(command("HSET hash field-%d %d", i % 100, i));
        freeReplyObject(command("SADD set %d", i % 37));
    }
    ASK("DBSIZE");
    ASK("LRANGE list 10 20");
    ASK("ZRANGE scores 0 5 WITHSCORES");
    ASK("HGET hash field-42");
    ASK("SCARD set");
    ASK("INCRBY counter 41");
    ASK("INCR greeting");
    ASK("SETBIT bits 100 1");
    ASK("BITCOUNT bits");
    ASK("PFADD unique a b c d e a b");
    ASK("PFCOUNT unique");
    ASK("EXPIRE counter 100");
    ASK("PERSIST counter");
    ASK("EVAL %s 1 counter", "local s = 0 for i = 1, 100 do s = s + i end return redis.call('INCRBY', KEYS[1], s)");
    ASK("MULTI");
    ASK("INCR counter");
    ASK("LLEN list");
    ASK("EXEC");
    ASK("XADD stream 1-1 name value");
    ASK("XRANGE stream - +");
    ASK("SORT set LIMIT 0 5 DESC");
    ASK("OBJECT ENCODING hash");
    ASK("SET short 1 PX 30");
    usleep(60000);
    ASK("GET short");
    ASK("NO SUCH");

    // A large value, and many commands on their way at once.
    char *large = malloc(1 << 20);
    memset(large, 'x', 1 << 20);
    freeReplyObject(command("SET large %b", large, (size_t)1 << 20));
    ASK("STRLEN large");
    redisReply *back = command("GET large");
    printf("large %d\n", back->len == 1 << 20 && !memcmp(back->str, large, 1 << 20));
    freeReplyObject(back);
    for (int i = 0; i < 5000; i++) redisAppendCommand(server, "INCR pipelined");
    long long sum = 0;
    for (int i = 0; i < 5000; i++) {
        redisReply *r;
        if (redisGetReply(server, (void **)&r)) exit(5);
        sum += r->integer;
        freeReplyObject(r);
    }
    printf("pipelined %lld\n", sum);
    ASK("UNLINK large list");
    ASK("SAVE");
    ASK("DEBUG RELOAD");
    ASK("DBSIZE");
}

// The lines of INFO commandstats, without the times.
static void count(const char *name)
{
    redisReply *info = command("INFO commandstats");
    char line[64];
    snprintf(line, sizeof line, "cmdstat_%s:calls=", name);
    char *at = strstr(info->str, line);
    printf("%s %ld\n", name, at ? strtol(at + strlen(line), NULL, 10) : -1);
    freeReplyObject(info);
}

static void *client(void *unused)
{
    (void)unused;
    connect_to_server();
    ask();
    freeReplyObject(command("CONFIG RESETSTAT"));
    freeReplyObject(command("FLUSHALL"));
    fflush(stdout);
    int console = dup(1), results = open("benchmark.csv", O_CREAT | O_TRUNC | O_WRONLY, 0644);
    dup2(results, 1);
    static char *arguments[] = { "redis-benchmark", "-s", SOCKET, "-n", "2000", "-c", "20", "-P", "4", "-r", "1000", "--csv", "-t", "set,get,incr,lpush,rpop,sadd,hset,zadd,mset", NULL };
    int status = benchmark_main(sizeof arguments / sizeof *arguments - 1, arguments);
    fflush(stdout);
    dup2(console, 1);
    printf("benchmark %d\n", status);

    char line[256];
    FILE *csv = fopen("benchmark.csv", "r");
    while (fgets(line, sizeof line, csv)) {
        char name[100];
        double rate;
        if (sscanf(line, "\"%99[^\"]\",\"%lf\"", name, &rate) == 2) printf("%s: %s\n", name, rate > 0 ? "ran" : "stood still");
    }
    fclose(csv);
    static const char *const names[] = { "set", "get", "incr", "lpush", "rpop", "sadd", "hset", "zadd", "mset" };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) count(names[i]);
    fflush(stdout);
    redisCommand(server, "SHUTDOWN NOSAVE");
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    pthread_create(&thread, NULL, client, NULL);
    return server_main(argc, argv);
}
