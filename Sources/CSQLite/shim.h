#pragma once
/* SQLite, and what Swift cannot import of it: variadic functions and macros that cast. */
#include <sqlite3.h>

/* A switch of a connection, such as SQLITE_DBCONFIG_DEFENSIVE. */
static inline int da_sqlite_set(sqlite3 *database, int option, int on) {
    return sqlite3_db_config(database, option, on, (int *)0);
}

/* Bindings which SQLite copies. */
static inline int da_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 size) {
    return sqlite3_bind_text64(statement, index, text, size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int da_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 size) {
    return sqlite3_bind_blob64(statement, index, bytes, size, SQLITE_TRANSIENT);
}

static inline void da_sqlite_result_text(sqlite3_context *context, const char *text, sqlite3_uint64 size) {
    sqlite3_result_text64(context, text, size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline void da_sqlite_result_blob(sqlite3_context *context, const void *bytes, sqlite3_uint64 size) {
    sqlite3_result_blob64(context, bytes, size, SQLITE_TRANSIENT);
}

/* An open file of a file system written in Swift: what SQLite allocates, and the object that answers for it. */
typedef struct da_sqlite_file {
    sqlite3_file base;
    void *context;
} da_sqlite_file;

/* No pages are allocated ahead of need, which is most of a small database's memory. Before the first use of the library. */
static inline int da_sqlite_allocate_no_pages_ahead(void) {
    return sqlite3_config(SQLITE_CONFIG_PAGECACHE, (void *)0, 0, 0);
}

/* The answer of a read beyond the end of a file. */
static inline int da_sqlite_short_read(void) { return SQLITE_IOERR_SHORT_READ; }

/* Takes back what the library gives every connection and no statement of an object may use: the older full-text modules,
   their functions and the list of statements. */
static inline int da_sqlite_drop_unused(sqlite3 *database) {
    static const char *kept[] = {"dbstat", "fts5", "fts5vocab", "json_each", "json_tree", "rtree", "rtree_i32", 0};
    int code = sqlite3_drop_modules(database, kept);
    /* They refer to what has gone with the modules. */
    for (int arguments = 1; arguments <= 2 && code == SQLITE_OK; arguments++)
        code = sqlite3_create_function_v2(
            database, "fts3_tokenizer", arguments, SQLITE_UTF8, (void *)0, 0, 0, 0, 0);
    return code;
}
