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
