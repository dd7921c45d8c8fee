// A database in a file: written, indexed, asked, checked, closed, opened again.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static sqlite3 *db;

static int print_row(void *unused, int n, char **values, char **names)
{
    (void)unused;
    (void)names;
    for (int i = 0; i < n; i++) printf("%s%s", i ? "|" : "  ", values[i] ? values[i] : "NULL");
    puts("");
    return 0;
}

static void sql(const char *text)
{
    char *error = NULL;
    printf("%.70s\n", text);
    if (sqlite3_exec(db, text, print_row, NULL, &error)) {
        printf("  error: %s\n", error);
        sqlite3_free(error);
    }
}

static void open_database(const char *path)
{
    if (sqlite3_open(path, &db)) { printf("%s: %s\n", path, sqlite3_errmsg(db)); exit(1); }
}

static void fill(int rows)
{
    sqlite3_stmt *insert;
    if (sqlite3_prepare_v2(db, "INSERT INTO goods VALUES(?, ?, ?, ?)", -1, &insert, NULL)) exit(2);
    unsigned seed = 1;
    for (int i = 0; i < rows; i++) {
        char name[32];
        seed = seed * 1103515245 + 12345;
        snprintf(name, sizeof name, "item-%u", (seed >> 8) % 5000);
        sqlite3_bind_int(insert, 1, i);
        sqlite3_bind_text(insert, 2, name, -1, SQLITE_TRANSIENT);
        sqlite3_bind_double(insert, 3, (seed >> 16) % 1000 / 8.0);
        sqlite3_bind_zeroblob(insert, 4, i % 50);
        if (sqlite3_step(insert) != SQLITE_DONE) { printf("insert: %s\n", sqlite3_errmsg(db)); exit(3); }
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
}

int main(void)
{
    open_database("shop.db");
    sql("PRAGMA journal_mode=delete");
    sql("CREATE TABLE goods(id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, data BLOB)");
    sql("BEGIN");
    fill(10000);
    sql("COMMIT");
    sql("CREATE INDEX by_name ON goods(name, price)");
    sql("CREATE TABLE sums AS SELECT name, count(*) AS n, sum(price) AS total FROM goods GROUP BY name HAVING n > 4");
    sql("SELECT count(*), sum(price), max(length(data)) FROM goods");
    sql("SELECT * FROM sums ORDER BY total DESC, name LIMIT 5");
    sql("EXPLAIN QUERY PLAN SELECT price FROM goods WHERE name = 'item-77'");
    sql("SELECT id, price FROM goods WHERE name = 'item-77' ORDER BY id");
    sql("SELECT g.name, s.n FROM goods g JOIN sums s USING(name) WHERE g.id % 997 = 0 ORDER BY g.id");
    sql("BEGIN; DELETE FROM goods WHERE id % 3 = 0; SELECT count(*) FROM goods; ROLLBACK");
    sql("SELECT count(*) FROM goods");
    sql("UPDATE goods SET price = price * 2 WHERE id BETWEEN 100 AND 2000");
    sql("DELETE FROM goods WHERE id % 7 = 0");
    sql("INSERT INTO goods VALUES(1, 'twice', 0, NULL)");
    sql("SELECT nonsense FROM nowhere");
    sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT sum(i), group_concat(CASE WHEN i % 25 = 0 THEN i END) FROM n");
    sql("PRAGMA integrity_check");
    sqlite3_close(db);

    struct stat st;
    printf("size %lld, journal %d\n", stat("shop.db", &st) ? -1LL : (long long)st.st_size, stat("shop.db-journal", &st));
    open_database("shop.db");
    sql("SELECT count(*), sum(price), min(name), max(name) FROM goods");
    sql("VACUUM");
    sql("PRAGMA integrity_check");
    sql("PRAGMA page_count");
    sqlite3_close(db);

    // Two connections: the second finds the file locked.
    sqlite3 *other;
    open_database("shop.db");
    sql("BEGIN IMMEDIATE");
    sqlite3_open("shop.db", &other);
    printf("locked %d\n", sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_BUSY);
    sql("COMMIT");
    printf("free %d\n", sqlite3_exec(other, "BEGIN IMMEDIATE; COMMIT", NULL, NULL, NULL));
    sqlite3_close(other);
    sqlite3_close(db);

    // The whole sort in memory and in a temporary file.
    open_database(":memory:");
    sql("PRAGMA cache_size=10");
    sql("CREATE TABLE t(a, b); INSERT INTO t SELECT value, value * 7919 % 10007 FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 20000) SELECT value FROM n)");
    sql("SELECT sum(a * rank) FROM (SELECT a, row_number() OVER (ORDER BY b, a) AS rank FROM t)");
    sqlite3_close(db);
    return 0;
}
