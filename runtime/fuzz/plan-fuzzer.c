/*
 * Fuzzes the parsers of other processes' input: the planner's plan (mount calls replaced by a model that
 * checks how they are used) and runc's command line. The first byte of an input selects: `F` a plan's fields,
 * one per line, put into a frame; `R` a raw response; `A` arguments, one per line.
 */
#define _GNU_SOURCE
#include "../invocation.h"
#include "../log.h"
#include "../mount-points.h"
#include "../mounts.h"
#include "../overlay.h"
#include "../plan-fields.h"
#include "../plan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FIRST_FD = 1000000, MAX_FDS = 8192, MAX_ARGUMENTS = 64 };

static int handed_out, calls;
static long attached;
static unsigned failing; /* which call fails; 0: none */
static char buffer[PLAN_MAX_BYTES + 64];

static void must(int holds, const char *what) {
  if (holds) return;
  (void)fprintf(stderr, "broken: %s\n", what);
  abort();
}

static int fails(void) {
  calls++;
  if (failing == 0 || (unsigned)calls != failing) return 0;
  errno = EIO;
  return 1;
}

static int hand_out(void) {
  must(handed_out < MAX_FDS, "more descriptors than a plan may make");
  return FIRST_FD + handed_out++;
}

static void must_be_ours(int fd) {
  must(fd >= FIRST_FD && fd < FIRST_FD + handed_out, "a descriptor that nobody made");
}
static void must_be_plain(const char *path) {
  must(path[0] == '/' && is_plain_path(path), "a path that is not plain");
}

static void format_only(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
static void format_only(const char *format, va_list args) {
  char text[4096];
  (void)vsnprintf(text, sizeof text, format, args);
}
void log_setup(const char *file, bool json) {
  (void)file;
  (void)json;
}
void log_error(const char *format, ...) {
  va_list args;
  va_start(args, format);
  format_only(format, args);
  va_end(args);
}
void log_warning(const char *format, ...) {
  va_list args;
  va_start(args, format);
  format_only(format, args);
  va_end(args);
}
void log_errno(const char *format, ...) {
  va_list args;
  va_start(args, format);
  format_only(format, args);
  va_end(args);
}

int open_exactly(const char *path, const struct expected_file *expected) {
  (void)expected;
  must_be_plain(path);
  return fails() ? -1 : hand_out();
}
int open_below(int tree, const char *relative) {
  must_be_ours(tree);
  must(*relative != '\0' && *relative != '/' && is_plain_path(relative), "a relative path that is not");
  return fails() ? -1 : hand_out();
}
int make_user_namespace(const char *users, const char *groups) {
  must(*users != '\0' && *groups != '\0', "an empty map");
  return fails() ? -1 : hand_out();
}
void reap_namespace_holders(void) {}
int clone_tree(int dirfd, int userns, unsigned flags) {
  must_be_ours(dirfd);
  if (userns != -1) must_be_ours(userns);
  must((flags & ~(unsigned)TREE_FLAGS_MASK) == 0, "unknown flags");
  return fails() ? -1 : hand_out();
}
int copy_tree(int *tree, const char *relative, bool read_only, bool attached_only) {
  (void)read_only;
  (void)attached_only;
  must_be_ours(*tree);
  if (relative != NULL) must(*relative != '\0' && *relative != '/', "a relative path that is not");
  return fails() ? -1 : hand_out();
}
int layers_wanted(void) { return LAYERS_TRY; }
int make_overlay(const struct overlay_request *request, char *why, size_t size) {
  must(size > 0 && request->n_lowers > 0 && request->n_lowers <= PLAN_MAX_LOWERS && request->n_options >= 0 &&
          request->n_options <= PLAN_MAX_OPTIONS,
      "an overlay out of bounds");
  *why = '\0';
  for (int i = 0; i < request->n_lowers; i++) must_be_ours(request->lowers[i]);
  must(request->n_stores >= 0 && request->n_stores <= OVERLAY_MAX_STORES, "stores out of bounds");
  for (int i = 0; i < request->n_stores; i++) must_be_ours(request->stores[i]);
  for (int i = 0; i < request->n_lowers; i++)
    must(!request->is_inside[i] || request->n_stores > 0, "a layer inside of nothing");
  if (request->upper_parent >= 0) {
    must_be_ours(request->upper_parent);
    must(is_layer_name(request->upper) && is_layer_name(request->work), "a layer's name");
  }
  for (int i = 0; i < request->n_options; i++)
    must(strstr(request->options[i], "dir") != request->options[i] &&
            strncmp(request->options[i], "lowerdir", 8) != 0 &&
            strncmp(request->options[i], "upperdir", 8) != 0,
        "a layer by option");
  return fails() ? -1 : hand_out();
}
int attach(int mount, const char *target, bool engine_view) {
  (void)engine_view;
  must_be_ours(mount);
  must_be_plain(target);
  if (fails()) return -1;
  attached++;
  return 0;
}
static long detached;
int guard_directory(const char *path) {
  must_be_plain(path);
  return fails() ? -1 : 0;
}
int enter_private_namespace(const char *at) {
  must_be_plain(at);
  return fails() ? -1 : hand_out();
}
int place(int mount, int at, const char *name) {
  must_be_ours(mount);
  must_be_ours(at);
  must(is_layer_name(name), "the name of a place");
  return fails() ? -1 : 0;
}
int make_mount_point(int tree, const char *path, mode_t mode, uint32_t owner) {
  must(S_ISREG(mode) || S_ISDIR(mode), "a mount point of another type");
  must_be_ours(tree);
  must(*path != '\0' && *path != '/' && is_plain_path(path), "a mount point that is not inside");
  must(owner >= 65536, "a mount point of the machine's own ids");
  return fails() ? -1 : 0;
}
int freeze_file_system(int fd) {
  must_be_ours(fd);
  errno = EIO; /* not what is waited for */
  return fails() ? -1 : 0;
}
bool was_signalled(void) { return false; }
int detach_all(const char *target) {
  must_be_plain(target);
  detached++;
  return fails() ? -1 : 0;
}

static void fuzz_plan(size_t size) {
  handed_out = calls = 0;
  attached = detached = 0;
  enum plan_result result = plan_perform(buffer, size);
  if (calls > 0)
    must(size > 4 && memcmp(buffer + size - 5, "\0end", 5) == 0, "something was done of a plan without end");
  if (result == PLAN_REFUSED) must(calls == 0, "something was done of a refusal");
  if (result == PLAN_FAILED) must(detached >= attached, "what was attached stayed");
  if (result != PLAN_DONE) return;
  must(plan_range() == 0 || plan_range() >= 65536, "a range of the machine's own ids");
  (void)plan_enter();
  plan_close();
  (void)plan_freeze();
}

static void fuzz_arguments(size_t size) {
  char *argv[MAX_ARGUMENTS + 2] = {(char[]){"bulkhead-runc"}};
  int argc = 1;
  buffer[size] = '\0';
  for (char *next = buffer; next != NULL && argc <= MAX_ARGUMENTS;) {
    argv[argc++] = next;
    next = strchr(next, '\n');
    if (next != NULL) *next++ = '\0';
  }
  argv[argc] = NULL;
  struct invocation call;
  if (!read_invocation(argc, argv, &call)) return;
  int known = call.id == NULL;
  for (int i = 1; i < argc; i++) known = known || call.id == argv[i];
  must(known, "an id out of nowhere");
  bool is_exec = call.command != NULL && strcmp(call.command, "exec") == 0;
  if (is_exec)
    must((call.id != NULL) == (call.runc_root == NULL) && (call.id != NULL) == (call.process != NULL),
        "an exec in a step that is passed on");
  /* Must never be passed on as a command that creates nothing. */
  if (call.command != NULL && call.id == NULL)
    must(strcmp(call.command, "create") != 0 && strcmp(call.command, "run") != 0,
        "a create that is passed on");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  if (size < 2 || size > PLAN_MAX_BYTES) return 0;
  failing = data[1] & 0x3f;
  const unsigned char *text = data + 2;
  size -= 2;
  if (data[0] == 'A') {
    memcpy(buffer, text, size);
    fuzz_arguments(size);
  } else if (data[0] == 'R') {
    memcpy(buffer, text, size);
    fuzz_plan(size);
  } else {
    size_t n_fields = 0;
    for (size_t i = 0; i < size; i++) n_fields += text[i] == '\n' ? 1 : 0;
    int n = snprintf(buffer, sizeof buffer, "bulkhead-plan-2%c%zu", 0, n_fields) + 1;
    for (size_t i = 0; i < size; i++) buffer[(size_t)n + i] = text[i] == '\n' ? '\0' : (char)text[i];
    fuzz_plan((size_t)n + size);
  }
  return 0;
}
