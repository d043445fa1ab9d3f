#define _GNU_SOURCE
#include "kernel-settings.h"

#include "cgroup.h"
#include "container-check.h"
#include "log.h"
#include "plan-fields.h"
#include "syscalls.h"

#include <grp.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* What kubelet and kube-proxy write, by the file system that has it; NULL: end. */
static const char *const of_proc[] = {"sys/kernel/keys/root_maxbytes", "sys/kernel/keys/root_maxkeys",
    "sys/kernel/panic", "sys/kernel/panic_on_oops", "sys/net/netfilter/nf_conntrack_max",
    "sys/vm/overcommit_memory", "sys/vm/panic_on_oom", NULL};
static const char *const of_sysfs[] = {"module/nf_conntrack/parameters/hashsize", NULL};

static const struct {
  const char *directory;
  long magic;
  const char *const *settings;
} file_systems[] = {{"proc", PROC_SUPER_MAGIC, of_proc}, {"sys", SYSFS_MAGIC, of_sysfs}};
enum { FILE_SYSTEMS = sizeof file_systems / sizeof file_systems[0] };

enum { MAX_SETTINGS = 16, MAX_VALUE = 64 };
static struct setting {
  const char *path;
  size_t file_system;
  size_t length;
  mode_t mode;
  char value[MAX_VALUE];
  int target; /* in the container; -1: not there */
} settings[MAX_SETTINGS];
static size_t n_settings;

/*
 * Reads the machine's value. A setting that the kernel does not have is left out, and one that root may not
 * read, as in a user namespace: the machine's refuses writes then.
 */
static bool read_setting(size_t file_system, const char *path) {
  char whole[PATH_MAX];
  (void)snprintf(whole, sizeof whole, "/%s/%s", file_systems[file_system].directory, path);
  struct setting *setting = &settings[n_settings];
  struct stat st;
  int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 && (errno == ENOENT || errno == EACCES || errno == EPERM)) return true;
  ssize_t n = fd < 0 || fstat(fd, &st) != 0 ? -1 : read(fd, setting->value, sizeof setting->value);
  if (n < 0) log_errno("cannot read %s", whole);
  if (fd >= 0) (void)close(fd);
  if (n < 0) return false;
  setting->path = path;
  setting->file_system = file_system;
  setting->length = (size_t)n;
  setting->mode = (st.st_mode & 0666) | 0600;
  setting->target = -1;
  n_settings++;
  return true;
}

static bool read_machine(void) {
  for (size_t i = 0; i < FILE_SYSTEMS; i++)
    for (const char *const *path = file_systems[i].settings; *path != NULL; path++)
      if (n_settings == MAX_SETTINGS || !read_setting(i, *path)) return false;
  return true;
}

static int open_namespace(long pid, const char *name) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%ld/ns/%s", pid, name);
  return open(path, O_RDONLY | O_CLOEXEC);
}

/* Whether the mount namespace `mounts` belongs to the user namespace `user`. */
static bool is_owned_by(int mounts, int user) {
  struct stat owner, expected;
  int fd = ioctl(mounts, NS_GET_USERNS);
  bool is = fd >= 0 && fstat(fd, &owner) == 0 && fstat(user, &expected) == 0 &&
      owner.st_dev == expected.st_dev && owner.st_ino == expected.st_ino;
  if (fd >= 0) (void)close(fd);
  return is;
}

/*
 * Becomes the container's root. From here on nothing is possible that the container could not do by itself.
 * No process of it can see this one, which stays outside of its pid namespace. /proc/sys/net is that of the
 * network namespace of whoever looks.
 */
static bool enter_container(long pid, unsigned base) {
  int user = open_namespace(pid, "user");
  int mounts = open_namespace(pid, "mnt");
  int net = open_namespace(pid, "net");
  if (!is_isolated(pid, base)) return false;
  bool entered = user >= 0 && mounts >= 0 && net >= 0 && is_owned_by(mounts, user) &&
      setns(user, CLONE_NEWUSER) == 0 && setns(mounts, CLONE_NEWNS) == 0 && setns(net, CLONE_NEWNET) == 0 &&
      setgroups(0, NULL) == 0 && setresgid(0, 0, 0) == 0 && setresuid(0, 0, 0) == 0 &&
      prctl(PR_SET_DUMPABLE, 0) == 0;
  if (!entered) log_errno("cannot enter the container's namespaces");
  return entered;
}

/* The directory of a file system of the kernel in the container: never another one. */
static int open_file_system(int root, size_t index) {
  int fd = sys_openat2(root, file_systems[index].directory, O_PATH | O_DIRECTORY | O_CLOEXEC,
      RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  struct statfs fs;
  if (fd < 0 || fstatfs(fd, &fs) != 0) return fd < 0 ? -1 : close_and_fail(fd);
  if (fs.f_type == file_systems[index].magic) return fd;
  errno = EINVAL;
  return close_and_fail(fd);
}

static bool open_targets(int root) {
  int directories[FILE_SYSTEMS];
  for (size_t i = 0; i < FILE_SYSTEMS; i++) {
    directories[i] = open_file_system(root, i);
    if (directories[i] >= 0) continue;
    log_errno("cannot use the container's /%s", file_systems[i].directory);
    return false;
  }
  for (size_t i = 0; i < n_settings; i++) {
    settings[i].target = sys_openat2(directories[settings[i].file_system], settings[i].path,
        O_PATH | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
    if (settings[i].target >= 0 || errno == ENOENT) continue;
    log_errno("cannot open %s in the container", settings[i].path);
    return false;
  }
  return true;
}

/* A memory file system of the container's own, bounded in size and in files. */
static int make_store(void) {
  int context = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
  if (context < 0) return -1;
  int fd = -1;
  if (sys_fsconfig(context, FSCONFIG_SET_STRING, "source", "bulkhead", 0) == 0 &&
      sys_fsconfig(context, FSCONFIG_SET_STRING, "size", "64k", 0) == 0 &&
      sys_fsconfig(context, FSCONFIG_SET_STRING, "nr_inodes", "32", 0) == 0 &&
      sys_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
    fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
        MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  int saved = errno;
  (void)close(context);
  errno = saved;
  return fd;
}

/* Puts the setting's value into a file of the store, and mounts that over the setting. */
static bool cover(int store, const struct setting *setting, size_t index) {
  char name[24];
  (void)snprintf(name, sizeof name, "%zu", index);
  int file = openat(store, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  bool is_written = file >= 0 && fchmod(file, setting->mode) == 0 &&
      write(file, setting->value, setting->length) == (ssize_t)setting->length;
  if (file >= 0 && close(file) != 0) is_written = false;
  if (!is_written) return false;
  int at = openat(store, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (at < 0) return false;
  int tree = sys_open_tree(at, 0);
  (void)close(at);
  bool moved = tree >= 0 && sys_move_mount(tree, setting->target) == 0;
  if (tree >= 0) (void)close(tree);
  return moved;
}

/*
 * The store is mounted on the container's root in between, since the files of a detached mount cannot be
 * mounted. Nothing runs in the container yet; if it stays there, the container is not started.
 */
static bool cover_all(int root, const char *path) {
  int store = make_store();
  if (store < 0 || sys_move_mount(store, root) != 0) {
    log_errno("cannot mount a memory file system in the container");
    return false;
  }
  for (size_t i = 0; i < n_settings; i++)
    if (settings[i].target >= 0 && !cover(store, &settings[i], i)) {
      log_errno("cannot mount a file over %s in the container", settings[i].path);
      return false;
    }
  (void)close(store);
  if (umount2(path, DETACH_FLAG | NO_FOLLOW_FLAG) == 0) return true;
  log_errno("cannot unmount a memory file system in the container");
  return false;
}

int emulate_kernel_settings(int argc, char **argv) {
  uint64_t base;
  if (argc != 2 || !parse_number(argv[0], UINT_MAX - 65536U, &base) || base < 65536 || argv[1][0] != '/' ||
      !is_plain_path(argv[1])) {
    log_error("--bulkhead-emulate-kernel-settings is called by runc only, with a base id and a directory");
    return 2;
  }
  long pid = pid_from_state();
  if (pid <= 0) {
    log_error("the container's state holds no process id: runc is of a version this runtime does not know");
    return 1;
  }
  if (!read_machine() || !enter_container(pid, (unsigned)base)) return 1;
  int root = sys_openat2(AT_FDCWD, argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
  if (root < 0) {
    log_errno("cannot open the container's root");
    return 1;
  }
  return open_targets(root) && cover_all(root, argv[1]) ? 0 : 1;
}
