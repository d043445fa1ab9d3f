/*
 * bulkhead-probe: inspects its container from inside and prints the result as one line of JSON.
 *
 *   bulkhead-probe [--operations] [--proc] [--device FILE] [--shared DIR] [--read-only DIR]
 *                  [--socket PATH SECONDS BODY] [--hold]
 *
 * --operations tries what a privileged container may and may not do (A4, A5): probe-global.c, probe-local.c.
 * --proc       checks which files of /proc and /sys are hidden, and which are emulated (A10).
 * --device     opens a device given to the container, and lists all of its devices (A5).
 * --shared     writes a file into a directory of the machine's that is mounted there (A8).
 * --read-only  tries to make a read-only mount writable (A9).
 * --socket     creates and starts a container through a Docker socket that is mounted there (A11), which
 *              may be silent for so long.
 * --hold       keeps running for two minutes: several containers can be inspected at once, and the output is
 *              read before the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe-operations.h"
#include "probe-socket.h"

/*
 * Reads one character of UTF-8 and advances *text past it; U+FFFD for one byte that begins none. Overlong
 * forms and surrogates are not characters.
 */
static uint32_t next_character(const unsigned char **text) {
  const unsigned char *p = *text;
  unsigned char first = *p;
  int more = -1;
  if (first < 0x80) more = 0;
  else if (first >= 0xc2 && first < 0xf5) more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  uint32_t c = more <= 0 ? first : first & (0x3fu >> more);
  (*text)++;
  /* A terminating NUL continues nothing, so no byte after it is read. */
  for (int i = 1; i <= more; i++) {
    if ((p[i] & 0xc0) != 0x80) return 0xfffd;
    c = c << 6 | (p[i] & 0x3fu);
  }
  if (more < 0 || (more == 2 && c < 0x800) || (more == 3 && c < 0x10000) || c > 0x10ffff ||
      (c >= 0xd800 && c <= 0xdfff))
    return 0xfffd;
  *text = p + 1 + more;
  return c;
}

/* A JSON string in ASCII: no reader of the container's log can split or misread a character. */
static void print_string(const char *text) {
  const unsigned char *p = (const unsigned char *)text;
  putchar('"');
  while (*p != '\0') {
    uint32_t c = next_character(&p);
    if (c == '"' || c == '\\') printf("\\%c", (char)c);
    else if (c >= 0x20 && c <= 0x7e) putchar((int)c);
    else if (c < 0x10000) printf("\\u%04x", c);
    else printf("\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
  }
  putchar('"');
}

/* A file of /proc as one line: runs of blanks become one space, line ends become "; ". */
static void print_map(const char *name, const char *path) {
  char text[4096], line[4096];
  size_t out = 0;
  if (!read_file(path, text, sizeof text)) snprintf(text, sizeof text, "unreadable");
  for (const char *p = text; *p != '\0' && out + 3 < sizeof line; p++) {
    if (*p == '\n') {
      while (out > 0 && line[out - 1] == ' ') out--;
      if (p[1] != '\0') {
        line[out++] = ';';
        line[out++] = ' ';
      }
    } else if (*p == ' ' || *p == '\t') {
      if (out > 0 && line[out - 1] != ' ') line[out++] = ' ';
    } else line[out++] = *p;
  }
  line[out] = '\0';
  printf("\"%s\":", name);
  print_string(line);
}

static void print_namespaces(void) {
  static const char *const names[] = {"user", "pid", "net", "ipc", "uts", "mnt", "cgroup"};
  printf("\"namespaces\":{");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char path[64], target[64];
    snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
    ssize_t n = readlink(path, target, sizeof target - 1);
    target[n < 0 ? 0 : n] = '\0';
    printf("%s\"%s\":", i == 0 ? "" : ",", names[i]);
    print_string(target);
  }
  printf("}");
}

/* `"name":"ok"` or `"name":"EPERM"`. */
static void print_outcome(const char *name, bool succeeded) {
  const char *error = succeeded ? "ok" : strerrorname_np(errno);
  printf("\"%s\":", name);
  print_string(error == NULL ? "unknown error" : error);
}

/* Mount points below `prefix` whose file system type begins with `type`, as ["/proc/uptime", …]. */
static void print_mounts_below(const char *prefix, const char *type) {
  char line[PATH_MAX * 2], point[PATH_MAX], kind[64];
  FILE *mounts_of_self = fopen("/proc/self/mountinfo", "re");
  bool first = true;
  putchar('[');
  while (mounts_of_self != NULL && fgets(line, sizeof line, mounts_of_self) != NULL) {
    const char *rest = strstr(line, " - ");
    if (rest == NULL || sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1 ||
        sscanf(rest, " - %63s", kind) != 1)
      continue;
    if (strncmp(kind, type, strlen(type)) != 0 || strncmp(point, prefix, strlen(prefix)) != 0) continue;
    if (!first) putchar(',');
    print_string(point);
    first = false;
  }
  if (mounts_of_self != NULL) fclose(mounts_of_self);
  putchar(']');
}

/* Settings of the machine that allow some operations to every process (shared/verify/operations.ts). */
static void print_settings(void) {
  print_map("kernel.perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid");
  putchar(',');
  print_map("vm.unprivileged_userfaultfd", "/proc/sys/vm/unprivileged_userfaultfd");
}

/* A10: what /proc and /sys show of the machine, and what is emulated. */
static void print_proc(void) {
  struct sysinfo machine = {0};
  char uptime[64];
  double shown = -1;
  sysinfo(&machine);
  if (read_file("/proc/uptime", uptime, sizeof uptime)) sscanf(uptime, "%lf", &shown);
  printf(",\"proc\":{\"uptime\":%.0f,\"machineUptime\":%ld,\"emulated\":", shown, machine.uptime);
  print_mounts_below("/proc/", "fuse");
  printf(",\"tried\":{");
  /* A file hidden by a mount over it reads as empty, or cannot be read. */
  char byte[2];
  print_outcome("read /proc/kcore", read_file("/proc/kcore", byte, sizeof byte) && byte[0] != '\0');
  putchar(',');
  print_outcome("read /proc/timer_list", read_file("/proc/timer_list", byte, sizeof byte) && byte[0] != '\0');
  putchar(',');
  print_outcome("write /proc/sys/kernel/hostname", opens("/proc/sys/kernel/hostname", O_WRONLY));
  putchar(',');
  print_outcome("write /proc/sysrq-trigger", opens("/proc/sysrq-trigger", O_WRONLY));
  putchar(',');
  print_outcome("write /sys/kernel/uevent_helper", opens("/sys/kernel/uevent_helper", O_WRONLY));
  printf("}}");
}

static bool first_device;

/* Prints `"b7:0"` for a device file. */
static int print_device(const char *path, const struct stat *file, int type, struct FTW *place) {
  (void)path;
  (void)type;
  (void)place;
  if (!S_ISBLK(file->st_mode) && !S_ISCHR(file->st_mode)) return 0;
  printf("%s\"%c%u:%u\"", first_device ? "" : ",", S_ISBLK(file->st_mode) ? 'b' : 'c', major(file->st_rdev),
         minor(file->st_rdev));
  first_device = false;
  return 0;
}

/* A5: tries to open the given device, lists the existing ones, and tries to create another. */
static void print_devices(const char *given) {
  printf(",\"devices\":{");
  print_outcome("open", opens(given, O_RDONLY | O_NONBLOCK));
  putchar(',');
  mkdir(PROBE_DIRECTORY, 0700);
  print_outcome("make", mknod(PROBE_DIRECTORY "/node", S_IFCHR | 0600, makedev(1, 11)) == 0);
  printf(",\"found\":[");
  first_device = true;
  (void)nftw("/dev", print_device, 8, FTW_PHYS);
  printf("]}");
}

/*
 * A8: the owner of files that root writes there, as seen from inside; the engine's machine checks them from
 * outside.
 */
static void print_shared(const char *directory) {
  char path[PATH_MAX];
  struct stat file = {0};
  snprintf(path, sizeof path, "%s/by-root", directory);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  printf(",\"shared\":{");
  print_outcome("write", fd >= 0 && write(fd, "probe\n", 6) == 6 && fstat(fd, &file) == 0);
  printf(",\"owner\":\"%u:%u\",", (unsigned)file.st_uid, (unsigned)file.st_gid);
  /* the content before the write */
  snprintf(path, sizeof path, "%s/given", directory);
  print_outcome("read", stat(path, &file) == 0 && opens(path, O_RDWR));
  printf(",\"givenOwner\":\"%u:%u\"}", (unsigned)file.st_uid, (unsigned)file.st_gid);
  if (fd >= 0) close(fd);
}

/*
 * A9: every way to get write access that a privileged container has. Each is followed by an attempt to write:
 * only that counts.
 */
static void print_read_only(const char *directory) {
  char path[PATH_MAX];
  bool remounted, written = false;
  int failure = 0;
  printf(",\"readOnly\":{");
  snprintf(path, sizeof path, "%s/written", directory);
  const char *const copy = PROBE_DIRECTORY "/copy";
  const char *const copied = PROBE_DIRECTORY "/copy/written";
  mkdir(PROBE_DIRECTORY, 0700);
  mkdir(copy, 0700);
  struct {
    const char *name;
    const char *on;
    const char *file;
    unsigned long flags;
    bool bind;
  } const ways[] = {
      {"as it is", NULL, path, 0, false},
      {"remount", directory, path, MS_REMOUNT | MS_BIND, false},
      {"remount of the file system", directory, path, MS_REMOUNT, false},
      {"bind elsewhere", NULL, copied, 0, true},
      {"bind elsewhere, remount", copy, copied, MS_REMOUNT | MS_BIND, true},
  };
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
    bool bound = !ways[i].bind || mount(directory, copy, NULL, MS_BIND | MS_REC, NULL) == 0;
    remounted = bound && (ways[i].on == NULL || mount(NULL, ways[i].on, NULL, ways[i].flags, NULL) == 0);
    failure = errno;
    int fd = open(ways[i].file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0) {
      written = true;
      close(fd);
    } else if (remounted) failure = errno;
    if (ways[i].bind) umount2(copy, MNT_DETACH);
    errno = failure;
    if (i > 0) putchar(',');
    print_outcome(ways[i].name, fd >= 0);
  }
  printf(",\"written\":%s}", written ? "true" : "false");
}

static int usage(const char *argument) {
  fprintf(stderr, "bulkhead-probe: unknown or incomplete argument %s\n", argument);
  return 2;
}

int main(int argc, char **argv) {
  bool hold = false, operations = false, proc = false;
  const char *device = NULL, *shared = NULL, *read_only = NULL, *body = NULL;
  struct docker_socket docker = {NULL, 0};
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--operations") == 0) operations = true;
    else if (strcmp(argv[i], "--proc") == 0) proc = true;
    else if (strcmp(argv[i], "--hold") == 0) hold = true;
    else if (strcmp(argv[i], "--device") == 0 && i + 1 < argc) device = argv[++i];
    else if (strcmp(argv[i], "--shared") == 0 && i + 1 < argc) shared = argv[++i];
    else if (strcmp(argv[i], "--read-only") == 0 && i + 1 < argc) read_only = argv[++i];
    else if (strcmp(argv[i], "--socket") == 0 && i + 3 < argc) {
      docker.path = argv[++i];
      docker.patience = (int)strtol(argv[++i], NULL, 10);
      if (docker.patience < 1) return usage(argv[i]);
      body = argv[++i];
    } else return usage(argv[i]);
  }
  printf("{\"uid\":%u,", (unsigned)getuid());
  print_map("uidMap", "/proc/self/uid_map");
  putchar(',');
  print_map("gidMap", "/proc/self/gid_map");
  putchar(',');
  print_namespaces();
  if (operations) {
    printf(",\"operations\":{");
    /* No buffered output may be duplicated in the processes of the operations. */
    fflush(stdout);
    print_operations();
    printf("},\"settings\":{");
    print_settings();
    putchar('}');
  }
  if (proc) print_proc();
  if (device != NULL) print_devices(device);
  if (shared != NULL) print_shared(shared);
  if (read_only != NULL) print_read_only(read_only);
  if (docker.path != NULL) {
    struct started_container made;
    printf(",\"throughSocket\":{\"created\":");
    start_container(&docker, body, &made);
    printf("%d,\"started\":%d,\"id\":", made.create_status, made.start_status);
    print_string(made.id);
    printf(",\"answer\":");
    print_string(made.error_reply);
    putchar('}');
  }
  printf("}\n");
  if (fflush(stdout) != 0) return 1;
  /*
   * As init of its pid namespace it gets no default actions for signals: it ends by itself, or is killed from
   * outside.
   */
  if (hold) sleep(120);
  return 0;
}
