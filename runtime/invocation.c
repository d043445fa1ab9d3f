#define _GNU_SOURCE
#include "invocation.h"

#include "log.h"

#include <string.h>

static const char *const forwarded_commands[] = {"checkpoint", "events", "exec", "features", "help", "init",
    "kill", "list", "pause", "ps", "resume", "spec", "start", "state", "update", NULL};
static const char *const global_values[] = {"log", "log-format", "root", "criu", "rootless", NULL};
static const char *const global_flags[] = {"debug", "systemd-cgroup", "help", "h", "version", "v", NULL};
static const char *const create_values[] = {
    "bundle", "b", "console-socket", "pid-file", "preserve-fds", "pidfd-socket", NULL};
static const char *const create_flags[] = {"no-pivot", "no-new-keyring", "no-mount-fallback", NULL};
static const char *const run_flags[] = {
    "detach", "d", "keep", "no-subreaper", "no-pivot", "no-new-keyring", "no-mount-fallback", NULL};
static const char *const exec_values[] = {"process", "p", "console-socket", "pid-file", "preserve-fds", NULL};
static const char *const exec_flags[] = {"detach", "d", NULL};
static const char *const delete_flags[] = {"force", "f", NULL};
static const char *const none[] = {NULL};

static bool listed(const char *const *list, const char *name, size_t length) {
  for (; *list != NULL; list++)
    if (strlen(*list) == length && strncmp(*list, name, length) == 0) return true;
  return false;
}

/* What is being parsed, and the current position. */
struct reading {
  int argc;
  char **argv;
  int i;
  struct invocation *call;
  const char *log;
  bool json, is_informational;
};

static bool is_option(const char *word) { return word[0] == '-' && word[1] != '\0'; }

/* The value of a flag given as `--flag` or `--flag=value`, as runc's parser accepts it. */
static bool read_flag(const char *option, const char *value, bool *out) {
  static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True", NULL},
                           *const no[] = {"0", "f", "F", "false", "FALSE", "False", NULL};
  *out = value == NULL || listed(yes, value, strlen(value));
  if (*out || listed(no, value, strlen(value))) return true;
  log_error("runc option %s takes true or false", option);
  return false;
}

/* Parses one option at argv[i], moving i to its last argument. */
static bool read_option(struct reading *at, const char *const *values, const char *const *flags) {
  const char *option = at->argv[at->i];
  const char *name = option + (option[1] == '-' ? 2 : 1);
  size_t length = strcspn(name, "=");
  const char *value = name[length] == '=' ? name + length + 1 : NULL;
  static const char *const detach[] = {"detach", "d", NULL}, *const force[] = {"force", "f", NULL},
                           *const informational[] = {"help", "h", "version", "v", NULL};
  if (listed(flags, name, length)) {
    bool on = false;
    if (!read_flag(option, value, &on)) return false;
    if (listed(detach, name, length)) at->call->detach = on;
    if (listed(force, name, length)) at->call->force = on;
    if (listed(informational, name, length) && on) at->is_informational = true;
    return true;
  }
  if (!listed(values, name, length)) {
    log_error("runc option %s is not known to this version of the runtime", option);
    return false;
  }
  if (value == NULL) {
    if (at->i + 1 >= at->argc) {
      log_error("option %s needs a value", option);
      return false;
    }
    value = at->argv[++at->i];
  }
  struct invocation *call = at->call;
  static const struct {
    const char *name;
    size_t field;
  } recorded[] = {
      {"root", 0}, {"bundle", 1}, {"b", 1}, {"pid-file", 2}, {"log", 3}, {"process", 4}, {"p", 4}};
  const char **fields[] = {&call->runc_root, &call->bundle, &call->pid_file, &at->log, &call->process};
  for (size_t k = 0; k < sizeof recorded / sizeof recorded[0]; k++)
    if (strlen(recorded[k].name) == length && strncmp(recorded[k].name, name, length) == 0)
      *fields[recorded[k].field] = value;
  if (length == strlen("log-format") && strncmp(name, "log-format", length) == 0)
    at->json = strcmp(value, "json") == 0;
  log_setup(at->log, at->json);
  return true;
}

/* The container's id, the only argument of create, run, exec and delete, before or after options. */
static bool read_id(struct reading *at, const char *const *values, const char *const *flags) {
  bool options = true;
  struct invocation *call = at->call;
  for (; at->i < at->argc; at->i++) {
    const char *word = at->argv[at->i];
    if (options && strcmp(word, "--") == 0) options = false;
    else if (options && is_option(word)) {
      if (!read_option(at, values, flags)) return false;
    } else if (call->id != NULL) {
      log_error("runc %s takes one container id", call->command);
      return false;
    } else call->id = word;
  }
  if (call->id == NULL) {
    log_error("runc %s needs a container id", call->command);
    return false;
  }
  return true;
}

/* BuildKit's exec: the process is in a file, and the container's id is the only argument. */
static bool read_step_exec(struct reading *at) {
  if (!read_id(at, exec_values, exec_flags)) return false;
  if (at->call->process != NULL) return true;
  log_error("runc exec needs --process in a build's container");
  return false;
}

bool read_invocation(int argc, char **argv, struct invocation *call) {
  struct reading at = {.argc = argc, .argv = argv, .i = 1, .call = call};
  *call = (struct invocation){.runc_root = NULL};
  for (; at.i < argc && is_option(argv[at.i]); at.i++) {
    if (strcmp(argv[at.i], "--") == 0) {
      log_error("runc's command cannot follow --");
      return false;
    }
    if (!read_option(&at, global_values, global_flags)) return false;
  }
  if (at.i == argc) return true; /* --version, --help */
  if (at.is_informational) {
    log_error("runc --help and --version take no command");
    return false;
  }
  call->command = argv[at.i++];
  if (strcmp(call->command, "delete") == 0) return read_id(&at, none, delete_flags);
  if (strcmp(call->command, "exec") == 0 && call->runc_root == NULL) return read_step_exec(&at);
  bool runs = strcmp(call->command, "run") == 0;
  if (!runs && strcmp(call->command, "create") != 0) {
    if (listed(forwarded_commands, call->command, strlen(call->command))) return true;
    log_error("runc %s is not supported with isolated containers", call->command);
    return false;
  }
  if (!read_id(&at, create_values, runs ? run_flags : create_flags)) return false;
  if ((!runs || call->detach) && call->pid_file == NULL) {
    /* The created container is inspected before anything of it runs. */
    log_error("runc %s needs --pid-file with isolated containers", call->command);
    return false;
  }
  return true;
}
