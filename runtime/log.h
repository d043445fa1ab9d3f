#ifndef BULKHEAD_LOG_H
#define BULKHEAD_LOG_H

#include <stdbool.h>

/*
 * The target of runc's own --log, so that the engine shows our errors like runc's. `file` NULL: stderr only.
 */
void log_setup(const char *file, bool json);

/* One error or warning: "bulkhead: <text>" on stderr and in runc's log. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* log_error with errno's text appended; keeps errno. */
void log_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
