#define _GNU_SOURCE
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_MAX = 4096, LINE_MAX_BYTES = TEXT_MAX * 6 + 256 };

static const char *log_file;
static bool log_json;

void log_setup(const char *file, bool json) {
  log_file = file;
  log_json = json;
}

/* Escapes for a JSON string; Go's %q text format accepts the same escapes. Stops before `out` is full. */
static void escape(const char *text, char *out, size_t size) {
  size_t n = 0;
  for (const unsigned char *p = (const unsigned char *)text; *p != '\0' && n + 7 < size; p++) {
    if (*p == '"' || *p == '\\') {
      out[n++] = '\\';
      out[n++] = (char)*p;
    } else if (*p < 0x20) {
      n += (size_t)snprintf(out + n, size - n, "\\u%04x", *p);
    } else {
      out[n++] = (char)*p;
    }
  }
  out[n] = '\0';
}

static void write_all(int fd, const char *text) {
  size_t left = strlen(text);
  while (left > 0) {
    ssize_t n = write(fd, text, left);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return; /* the error cannot be reported */
    text += n;
    left -= (size_t)n;
  }
}

static void emit(const char *level, const char *text) {
  static char line[LINE_MAX_BYTES], escaped[TEXT_MAX * 6 + 1];
  (void)snprintf(line, sizeof line, "bulkhead: %s\n", text);
  write_all(STDERR_FILENO, line);
  if (log_file == NULL || *log_file == '\0') return;

  int fd = open(log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return;
  char when[32] = "1970-01-01T00:00:00Z";
  struct tm parts;
  time_t now = time(NULL);
  if (gmtime_r(&now, &parts) != NULL) (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &parts);
  escape(text, escaped, sizeof escaped);
  /* containerd reads the last error-level line of the JSON log, and stops at a time it cannot parse. */
  (void)snprintf(line, sizeof line,
      log_json ? "{\"level\":\"%s\",\"msg\":\"bulkhead: %s\",\"time\":\"%s\"}\n"
               : "level=%s msg=\"bulkhead: %s\" time=\"%s\"\n",
      level, escaped, when);
  write_all(fd, line);
  (void)close(fd);
}

void log_error(const char *format, ...) {
  char text[TEXT_MAX];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  emit("error", text);
}

void log_warning(const char *format, ...) {
  char text[TEXT_MAX];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  emit("warning", text);
}

void log_errno(const char *format, ...) {
  int saved = errno;
  char text[TEXT_MAX];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (n < 0) n = 0;
  if ((size_t)n < sizeof text) (void)snprintf(text + n, sizeof text - (size_t)n, ": %s", strerror(saved));
  emit("error", text);
  errno = saved;
}
