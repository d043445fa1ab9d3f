/*
 * Operations with an effect beyond the container: under ECI every one of these must be refused (A5). Each is
 * harmless if it succeeds.
 */
#define _GNU_SOURCE
#include "probe-operations.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fs.h>
#include <linux/perf_event.h>
#include <linux/random.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NOWHERE PROBE_DIRECTORY "/there/is/none"

/* --- the kernel itself --- */

/* No file: EBADF where loading modules is allowed. */
static bool load_module_file(void) { return passes(syscall(SYS_finit_module, -1, "", 0), EBADF); }
/* A module of no bytes is no module. */
static bool load_module(void) {
  return passes(syscall(SYS_init_module, NULL, 0UL, ""), ENOEXEC) || errno == EFAULT;
}
static bool remove_module(void) {
  return passes(syscall(SYS_delete_module, "bulkhead_probe_none", O_NONBLOCK), ENOENT);
}
/* A flag that does not exist: EINVAL where loading a kernel is allowed. */
static bool load_kernel(void) { return passes(syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0x8000UL), EINVAL); }
static bool load_kernel_file(void) {
#ifdef SYS_kexec_file_load
  return passes(syscall(SYS_kexec_file_load, -1, -1, 0UL, NULL, 0x8000UL), EINVAL);
#else
  errno = ENOSYS;
  return false;
#endif
}
static bool sysrq(void) { return opens("/proc/sysrq-trigger", O_WRONLY); }
static bool start_swap(void) { return passes(swapon(NOWHERE, 0), ENOENT); }
static bool stop_swap(void) { return passes(swapoff(NOWHERE), ENOENT); }
static bool start_accounting(void) { return passes(acct(NOWHERE), ENOENT); }

/* --- its clock --- */

/* Sets neither time nor zone: only the permission is checked. */
static bool set_time(void) { return syscall(SYS_settimeofday, NULL, NULL) == 0; }
/* A tick of length 0: EINVAL where adjusting the clock is allowed. */
static bool adjust_clock(void) {
  struct timex change = {.modes = ADJ_TICK, .tick = 0};
  return passes(syscall(SYS_adjtimex, &change), EINVAL);
}

/* --- its log and its memory --- */

enum { LOG_READ = 2, LOG_READ_CLEAR = 4, LOG_CONSOLE_LEVEL = 8 };
/* No buffer, no such level: EINVAL where it is allowed. */
static bool read_log(void) { return passes(syscall(SYS_syslog, LOG_READ, NULL, 0), EINVAL); }
static bool clear_log(void) { return passes(syscall(SYS_syslog, LOG_READ_CLEAR, NULL, -1), EINVAL); }
static bool set_console(void) { return passes(syscall(SYS_syslog, LOG_CONSOLE_LEVEL, NULL, 0), EINVAL); }
static bool open_proc_kmsg(void) { return opens("/proc/kmsg", O_RDONLY); }
/* /dev/kmsg itself: containers may have /dev/null bound over it. */
static bool open_kmsg(void) {
  struct stat device;
  if (stat("/dev/kmsg", &device) != 0) return false;
  if (!S_ISCHR(device.st_mode) || device.st_rdev != makedev(1, 11)) {
    errno = ENOENT;
    return false;
  }
  return opens("/dev/kmsg", O_WRONLY);
}
static bool open_kcore(void) { return opens("/proc/kcore", O_RDONLY); }
static bool open_mem(void) { return opens("/dev/mem", O_RDONLY); }

/* --- settings of the whole machine --- */

static bool core_pattern(void) { return rewrite("/proc/sys/kernel/core_pattern"); }
static bool modprobe_path(void) { return rewrite("/proc/sys/kernel/modprobe"); }
static bool panic_timeout(void) { return rewrite("/proc/sys/kernel/panic"); }
static bool sysrq_mask(void) { return rewrite("/proc/sys/kernel/sysrq"); }
static bool kptr_restrict(void) { return rewrite("/proc/sys/kernel/kptr_restrict"); }
static bool dmesg_restrict(void) { return rewrite("/proc/sys/kernel/dmesg_restrict"); }
static bool printk_levels(void) { return rewrite("/proc/sys/kernel/printk"); }
static bool address_randomisation(void) { return rewrite("/proc/sys/kernel/randomize_va_space"); }
static bool swappiness(void) { return rewrite("/proc/sys/vm/swappiness"); }
static bool overcommit(void) { return rewrite("/proc/sys/vm/overcommit_memory"); }
static bool file_max(void) { return rewrite("/proc/sys/fs/file-max"); }
static bool protected_links(void) { return rewrite("/proc/sys/fs/protected_symlinks"); }
static bool suid_dumps(void) { return rewrite("/proc/sys/fs/suid_dumpable"); }
static bool threads_max(void) { return rewrite("/proc/sys/kernel/threads-max"); }
static bool sysfs_huge_pages(void) { return opens("/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY); }
static bool sysfs_module_parameter(void) { return opens("/sys/module/printk/parameters/time", O_WRONLY); }
/* RNDADDTOENTCNT refuses a negative count. */
static bool credit_entropy(void) {
  int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC), count = -1;
  return fd >= 0 && passes(ioctl(fd, RNDADDTOENTCNT, &count), EINVAL);
}

/* --- devices --- */

static bool make_node(mode_t type, dev_t device) {
  if (mknod(PROBE_DIRECTORY "/node", type | 0600, device) != 0) return false;
  unlink(PROBE_DIRECTORY "/node");
  return true;
}
/* A character device like /dev/null, and a block device without a driver. */
static bool make_character_device(void) { return make_node(S_IFCHR, makedev(1, 3)); }
static bool make_block_device(void) { return make_node(S_IFBLK, makedev(240, 255)); }

/*
 * Opens a disk for reading, through a node of its own, so that nothing depends on names in /dev. Nothing is
 * read.
 */
static bool open_disk_by_number(dev_t device) {
  if (mknod(PROBE_DIRECTORY "/disk", S_IFBLK | 0600, device) != 0) return false;
  bool opened = opens(PROBE_DIRECTORY "/disk", O_RDONLY);
  int saved = errno;
  unlink(PROBE_DIRECTORY "/disk");
  errno = saved;
  return opened;
}
/*
 * Any of the disks of the kernel, or its first loop device: some machines refuse access to their own disk
 * even to their root.
 */
static bool open_disk(void) {
  char text[8192];
  unsigned major, minor;
  if (!read_file("/proc/partitions", text, sizeof text)) return false;
  for (char *line = strchr(text, '\n'); line != NULL; line = strchr(line + 1, '\n')) {
    if (sscanf(line, " %u %u", &major, &minor) == 2 && open_disk_by_number(makedev(major, minor)))
      return true;
  }
  return open_disk_by_number(makedev(7, 0));
}
static bool open_loop_control(void) { return opens("/dev/loop-control", O_RDWR); }
/* Grants the container what it has anyway: /dev/null. */
static bool device_rules(void) {
  int fd = open("/sys/fs/cgroup/devices/devices.allow", O_WRONLY | O_CLOEXEC);
  return fd >= 0 && write(fd, "c 1:3 rwm", 9) == 9;
}
static bool io_privilege(void) {
#ifdef SYS_iopl
  return syscall(SYS_iopl, 3) == 0;
#else
  errno = ENOSYS;
  return false;
#endif
}
static bool io_ports(void) {
#ifdef SYS_ioperm
  return syscall(SYS_ioperm, 0x80UL, 1UL, 1) == 0;
#else
  errno = ENOSYS;
  return false;
#endif
}
/* Where a file is stored on the disk: a bind mount of the engine's is a file of the machine's file system. */
static bool map_blocks(void) {
  int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC), block = 0;
  return fd >= 0 && ioctl(fd, FIBMAP, &block) == 0;
}

/* --- tracing --- */

static bool list_bpf(int command) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  /* ENOENT: allowed, and no such event. */
  return passes(syscall(SYS_bpf, command, &attributes, sizeof attributes), ENOENT);
}
static bool list_bpf_maps(void) { return list_bpf(BPF_MAP_GET_NEXT_ID); }
static bool list_bpf_programs(void) { return list_bpf(BPF_PROG_GET_NEXT_ID); }
static bool list_bpf_links(void) { return list_bpf(BPF_LINK_GET_NEXT_ID); }
/* A tracing program that returns 0, attached to nothing. */
static bool load_bpf_program(void) {
  struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = BPF_PROG_TYPE_KPROBE;
  attributes.insn_cnt = 2;
  attributes.insns = (uint64_t)(uintptr_t)code;
  attributes.license = (uint64_t)(uintptr_t) "GPL";
  return syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes) >= 0;
}
/* Every process on a CPU, counter switched off. */
static bool watch_all_processes(void) {
  struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE,
      .size = sizeof attributes,
      .config = PERF_COUNT_SW_CPU_CLOCK,
      .disabled = 1};
  return syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0) >= 0;
}
static bool watch_file_systems(void) {
  return fanotify_init(FAN_CLASS_PRE_CONTENT | FAN_CLOEXEC, O_RDONLY) >= 0;
}
/* Handling of the kernel's own page faults: many exploits use it to win races. */
static bool handle_kernel_faults(void) { return syscall(SYS_userfaultfd, O_CLOEXEC) >= 0; }

/* --- file systems --- */

/* A file of the machine by its handle instead of its path: how containers once read the host's files. */
static bool open_by_number(void) {
  union {
    struct file_handle handle;
    char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
  } file = {.handle = {.handle_bytes = MAX_HANDLE_SZ}};
  int id, near = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
  if (near < 0 || name_to_handle_at(near, "", &file.handle, &id, AT_EMPTY_PATH) != 0) return false;
  return open_by_handle_at(near, &file.handle, O_RDONLY | O_CLOEXEC) >= 0;
}
/* No device: ENOENT or ENOTBLK where mounting disks is allowed. */
static bool mount_ext4(void) { return mounts("ext4", NOWHERE, NULL, ENOENT) || errno == ENOTBLK; }
static bool mount_debugfs(void) { return mounts("debugfs", "none", NULL, 0); }
static bool mount_tracefs(void) { return mounts("tracefs", "none", NULL, 0); }
static bool mount_securityfs(void) { return mounts("securityfs", "none", NULL, 0); }
static bool mount_configfs(void) { return mounts("configfs", "none", NULL, 0); }
/*
 * The program that the kernel runs, as root of the machine, when the last process of a cgroup has exited.
 * Cgroup v1 only.
 */
static bool release_agent(void) {
  if (mkdir(PROBE_DIRECTORY "/cgroup", 0700) != 0 && errno != EEXIST) return false;
  if (mount("none", PROBE_DIRECTORY "/cgroup", "cgroup", MS_NOSUID | MS_NODEV, "memory") != 0) {
    /* A kernel without this controller does not have the option. */
    if (errno == EINVAL) errno = ENODEV;
    return false;
  }
  bool opened = opens(PROBE_DIRECTORY "/cgroup/release_agent", O_WRONLY);
  int saved = errno;
  umount2(PROBE_DIRECTORY "/cgroup", MNT_DETACH);
  errno = saved;
  return opened;
}
static bool trusted_attribute(void) {
  int fd = make_file("trusted");
  return fd >= 0 && fsetxattr(fd, "trusted.bulkhead", "x", 1, 0) == 0;
}
/* On a memory file system, so that no file remains that cannot be deleted. */
static bool immutable_file(void) {
  if (mkdir(PROBE_DIRECTORY "/memory", 0700) != 0 && errno != EEXIST) return false;
  if (mount("none", PROBE_DIRECTORY "/memory", "tmpfs", MS_NOSUID | MS_NODEV, "size=64k") != 0) return false;
  int fd = make_file("memory/file"), flags = FS_IMMUTABLE_FL;
  bool set = fd >= 0 && ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
  int saved = errno;
  umount2(PROBE_DIRECTORY "/memory", MNT_DETACH);
  errno = saved;
  return set;
}

/* --- more than its share --- */

static bool real_time(void) {
  struct sched_param priority = {.sched_priority = 1};
  return sched_setscheduler(0, SCHED_RR, &priority) == 0;
}
/* Better than now: the engine may have been started with a low one, which its containers inherit. */
static bool better_priority(void) {
  int now = getpriority(PRIO_PROCESS, 0);
  return now > -20 && setpriority(PRIO_PROCESS, 0, now - 1) == 0;
}
static bool real_time_io(void) { return syscall(SYS_ioprio_set, 1, 0, 1 << 13) == 0; }
static bool spared_by_oom(void) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  return fd >= 0 && write(fd, "-900", 4) == 4;
}
static bool raise_limit(void) {
  struct rlimit none = {0, 0}, one = {1, 1};
  return setrlimit(RLIMIT_CORE, &none) == 0 && setrlimit(RLIMIT_CORE, &one) == 0;
}
static bool lock_beyond_limit(void) {
  struct rlimit none = {0, 0};
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page != MAP_FAILED && setrlimit(RLIMIT_MEMLOCK, &none) == 0 && mlock(page, 4096) == 0;
}
/* It has no terminal to hang up. */
static bool hang_up_terminal(void) { return vhangup() == 0; }

const struct operation global_operations[] = {
    {"load-module", load_module},
    {"load-module-file", load_module_file},
    {"remove-module", remove_module},
    {"load-kernel", load_kernel},
    {"load-kernel-file", load_kernel_file},
    {"sysrq-trigger", sysrq},
    {"start-swap", start_swap},
    {"stop-swap", stop_swap},
    {"start-accounting", start_accounting},
    {"set-time", set_time},
    {"adjust-clock", adjust_clock},
    {"read-kernel-log", read_log},
    {"clear-kernel-log", clear_log},
    {"set-console-level", set_console},
    {"open-proc-kmsg", open_proc_kmsg},
    {"open-kmsg", open_kmsg},
    {"open-kcore", open_kcore},
    {"open-mem", open_mem},
    {"write-core-pattern", core_pattern},
    {"write-modprobe-path", modprobe_path},
    {"write-panic", panic_timeout},
    {"write-sysrq", sysrq_mask},
    {"write-kptr-restrict", kptr_restrict},
    {"write-dmesg-restrict", dmesg_restrict},
    {"write-printk", printk_levels},
    {"write-randomize-va-space", address_randomisation},
    {"write-threads-max", threads_max},
    {"write-swappiness", swappiness},
    {"write-overcommit", overcommit},
    {"write-file-max", file_max},
    {"write-protected-symlinks", protected_links},
    {"write-suid-dumpable", suid_dumps},
    {"write-sysfs-huge-pages", sysfs_huge_pages},
    {"write-sysfs-module-parameter", sysfs_module_parameter},
    {"credit-entropy", credit_entropy},
    {"make-character-device", make_character_device},
    {"make-block-device", make_block_device},
    {"open-disk", open_disk},
    {"open-loop-control", open_loop_control},
    {"write-device-rules", device_rules},
    {"io-privilege", io_privilege},
    {"io-ports", io_ports},
    {"map-disk-blocks", map_blocks},
    {"list-bpf-maps", list_bpf_maps},
    {"list-bpf-programs", list_bpf_programs},
    {"list-bpf-links", list_bpf_links},
    {"load-bpf-tracing", load_bpf_program},
    {"watch-all-processes", watch_all_processes},
    {"watch-file-systems", watch_file_systems},
    {"handle-kernel-faults", handle_kernel_faults},
    {"open-by-handle", open_by_number},
    {"mount-ext4", mount_ext4},
    {"mount-debugfs", mount_debugfs},
    {"mount-tracefs", mount_tracefs},
    {"mount-securityfs", mount_securityfs},
    {"mount-configfs", mount_configfs},
    {"write-release-agent", release_agent},
    {"trusted-attribute", trusted_attribute},
    {"immutable-file", immutable_file},
    {"real-time-priority", real_time},
    {"better-priority", better_priority},
    {"real-time-io", real_time_io},
    {"lower-oom-score", spared_by_oom},
    {"raise-limit", raise_limit},
    {"lock-memory-beyond-limit", lock_beyond_limit},
    {"hang-up-terminal", hang_up_terminal},
};
const size_t global_operations_count = sizeof global_operations / sizeof global_operations[0];
