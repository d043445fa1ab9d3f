/* Operations that affect only the container: a privileged one may perform all of these (A4). */
#define _GNU_SOURCE
#include "probe-operations.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/keyctl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* --- mounts --- */

static bool mount_tmpfs(void) { return mounts("tmpfs", "none", "size=64k", 0); }
static bool mount_proc(void) { return mounts("proc", "none", NULL, 0); }
static bool mount_sysfs(void) { return mounts("sysfs", "none", NULL, 0); }
static bool mount_devpts(void) { return mounts("devpts", "none", "newinstance", 0); }
static bool mount_mqueue(void) { return mounts("mqueue", "none", NULL, 0); }
static bool mount_ramfs(void) { return mounts("ramfs", "none", NULL, 0); }
/* Whichever of the two the machine has. */
static bool mount_cgroup(void) {
  return mounts("cgroup2", "none", NULL, 0) || mounts("cgroup", "none", "memory", 0);
}
static bool mount_bind(void) {
  if (mkdir(PROBE_DIRECTORY "/bound", 0700) != 0 && errno != EEXIST) return false;
  return mount("/proc", PROBE_DIRECTORY "/bound", NULL, MS_BIND | MS_REC, NULL) == 0 &&
      umount2(PROBE_DIRECTORY "/bound", MNT_DETACH) == 0;
}
static bool mount_overlay(void) {
  const char *const on = PROBE_DIRECTORY "/layers";
  if (mkdir(on, 0700) != 0 && errno != EEXIST) return false;
  if (mount("none", on, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k") != 0) return false;
  bool mounted = mkdir(PROBE_DIRECTORY "/layers/low", 0700) == 0 &&
      mkdir(PROBE_DIRECTORY "/layers/up", 0700) == 0 && mkdir(PROBE_DIRECTORY "/layers/work", 0700) == 0 &&
      mounts("overlay", "none",
          "lowerdir=" PROBE_DIRECTORY "/layers/low,upperdir=" PROBE_DIRECTORY
          "/layers/up,workdir=" PROBE_DIRECTORY "/layers/work",
          0);
  int saved = errno;
  umount2(on, MNT_DETACH);
  errno = saved;
  return mounted;
}
static bool remount_read_only(void) {
  const char *const on = PROBE_DIRECTORY "/remounted";
  if (mkdir(on, 0700) != 0 && errno != EEXIST) return false;
  if (mount("none", on, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k") != 0) return false;
  bool done = mount(NULL, on, NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) == 0;
  int saved = errno;
  umount2(on, MNT_DETACH);
  errno = saved;
  return done;
}
static bool change_root(void) { return chroot(PROBE_DIRECTORY) == 0; }
static bool change_root_mount(void) {
  const char *const to = PROBE_DIRECTORY "/root";
  if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return false;
  if (mkdir(to, 0700) != 0 && errno != EEXIST) return false;
  return mount("none", to, "tmpfs", 0, "size=64k") == 0 && mkdir(PROBE_DIRECTORY "/root/old", 0700) == 0 &&
      syscall(SYS_pivot_root, to, PROBE_DIRECTORY "/root/old") == 0;
}

/* --- namespaces --- */

static bool new_user_namespace(void) { return unshare(CLONE_NEWUSER) == 0; }
static bool new_mount_namespace(void) { return unshare(CLONE_NEWNS) == 0; }
static bool new_pid_namespace(void) { return unshare(CLONE_NEWPID) == 0; }
static bool new_network_namespace(void) { return unshare(CLONE_NEWNET) == 0; }
static bool new_ipc_namespace(void) { return unshare(CLONE_NEWIPC) == 0; }
static bool new_uts_namespace(void) { return unshare(CLONE_NEWUTS) == 0; }
static bool new_cgroup_namespace(void) { return unshare(CLONE_NEWCGROUP) == 0; }
static bool new_time_namespace(void) { return unshare(CLONE_NEWTIME) == 0; }
/* Away and back. */
static bool enter_namespace(void) {
  int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  return own >= 0 && unshare(CLONE_NEWNET) == 0 && setns(own, CLONE_NEWNET) == 0;
}
static bool set_host_name(void) {
  char name[65] = "";
  return gethostname(name, sizeof name - 1) == 0 && sethostname(name, strlen(name)) == 0;
}
static bool set_domain_name(void) {
  char name[65] = "";
  return getdomainname(name, sizeof name - 1) == 0 && setdomainname(name, strlen(name)) == 0;
}
/*
 * A wrong magic number: EINVAL where the container may end itself. In a pid namespace nothing else can be
 * rebooted.
 */
static bool reboot_itself(void) { return passes(syscall(SYS_reboot, 0, 0, 0, NULL), EINVAL); }

/* --- users, files, capabilities --- */

static bool change_owner(void) {
  int fd = make_file("owned");
  return fd >= 0 && fchown(fd, 1234, 5678) == 0;
}
static bool set_user(void) { return setresuid(1234, 1234, 1234) == 0; }
static bool set_group(void) { return setresgid(1234, 1234, 1234) == 0; }
static bool set_groups(void) {
  const gid_t groups[] = {1, 2, 3};
  return setgroups(3, groups) == 0;
}
static bool drop_capability(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) return false;
  data[0].effective &= ~(1U << CAP_CHOWN);
  return syscall(SYS_capset, &header, data) == 0;
}
/* CAP_NET_RAW, permitted: what `setcap cap_net_raw+p` writes. */
static bool file_capability(void) {
  struct vfs_cap_data data = {.magic_etc = VFS_CAP_REVISION_2, .data = {{.permitted = 1U << CAP_NET_RAW}}};
  int fd = make_file("capable");
  return fd >= 0 && fsetxattr(fd, "security.capability", &data, sizeof data, 0) == 0;
}
static bool user_attribute(void) {
  int fd = make_file("attributed");
  return fd >= 0 && fsetxattr(fd, "user.bulkhead", "x", 1, 0) == 0;
}
static bool set_user_id_bit(void) {
  int fd = make_file("set-id");
  return fd >= 0 && fchmod(fd, 06755) == 0;
}
static bool make_fifo(void) { return mknod(PROBE_DIRECTORY "/fifo", S_IFIFO | 0600, 0) == 0; }
static bool make_socket(void) { return mknod(PROBE_DIRECTORY "/socket", S_IFSOCK | 0600, 0) == 0; }
/*
 * How overlays of Docker in Docker record that a file was deleted; overlay itself does not support it as a
 * layer.
 */
static bool make_whiteout(void) {
  const char *const on = PROBE_DIRECTORY "/whiteouts";
  if (mkdir(on, 0700) != 0 && errno != EEXIST) return false;
  if (mount("none", on, "tmpfs", MS_NOSUID, "size=64k") != 0) return false;
  bool made = mknod(PROBE_DIRECTORY "/whiteouts/gone", S_IFCHR, makedev(0, 0)) == 0;
  int saved = errno;
  umount2(on, MNT_DETACH);
  errno = saved;
  return made;
}

/* --- network --- */

/* Sends one netlink message and waits for the kernel's acknowledgement. */
static bool netlink(int protocol, void *message, size_t length) {
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  union {
    struct nlmsghdr header;
    char bytes[4096];
  } answer;
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0 || sendto(fd, message, length, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) return false;
  ssize_t n = recv(fd, &answer, sizeof answer, 0);
  if (n < (ssize_t)sizeof answer.header) return false;
  if (answer.header.nlmsg_type != NLMSG_ERROR) return true;
  errno = -((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
  return errno == 0;
}
/* Adds an interface of that kind, in a network namespace that is removed with the process. */
static bool add_interface(const char *kind) {
  struct {
    struct nlmsghdr header;
    struct ifinfomsg link;
    char attributes[128];
  } message;
  if (unshare(CLONE_NEWNET) != 0) return false;
  memset(&message, 0, sizeof message);
  message.header.nlmsg_type = RTM_NEWLINK;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  struct rtattr *info = (struct rtattr *)message.attributes;
  struct rtattr *name = RTA_DATA(info);
  name->rta_type = IFLA_INFO_KIND;
  name->rta_len = (unsigned short)RTA_LENGTH(strlen(kind) + 1);
  memcpy(RTA_DATA(name), kind, strlen(kind) + 1);
  info->rta_type = IFLA_LINKINFO;
  info->rta_len = (unsigned short)RTA_LENGTH(RTA_ALIGN(name->rta_len));
  message.header.nlmsg_len = (uint32_t)(NLMSG_LENGTH(sizeof message.link) + RTA_ALIGN(info->rta_len));
  return netlink(NETLINK_ROUTE, &message, message.header.nlmsg_len);
}
static bool add_veth(void) { return add_interface("veth"); }
static bool add_bridge(void) { return add_interface("bridge"); }
static bool add_dummy(void) { return add_interface("dummy"); }
/* Queries the generation of nf_tables, which requires the permission to change the rules. */
static bool packet_filter(void) {
  struct {
    struct nlmsghdr header;
    struct nfgenmsg family;
  } message;
  memset(&message, 0, sizeof message);
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETGEN;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  return netlink(NETLINK_NETFILTER, &message, sizeof message);
}
static bool ip_forward(void) { return rewrite("/proc/sys/net/ipv4/ip_forward"); }
static bool local_ports(void) { return rewrite("/proc/sys/net/ipv4/ip_local_port_range"); }
static bool listen_backlog(void) { return rewrite("/proc/sys/net/core/somaxconn"); }
static bool raw_socket(void) { return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP) >= 0; }
static bool packet_socket(void) { return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0; }
static bool low_port(void) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(80), .sin_addr = {htonl(INADDR_ANY)}};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
}

/* --- processes of its own --- */

static bool trace_child(void) {
  int status, value = 7, copy = 0;
  pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  struct iovec here = {&copy, sizeof copy}, there = {&value, sizeof value};
  bool traced = child > 0 && ptrace(PTRACE_ATTACH, child, NULL, NULL) == 0 &&
      waitpid(child, &status, 0) == child && process_vm_readv(child, &here, 1, &there, 1, 0) == sizeof copy &&
      copy == 7;
  int saved = errno;
  if (child > 0) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
  }
  errno = saved;
  return traced;
}
static bool kill_child(void) {
  int status;
  pid_t child = fork();
  if (child == 0) {
    if (setresuid(1234, 1234, 1234) == 0) pause();
    _exit(0);
  }
  return child > 0 && kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child;
}
static bool batch_scheduling(void) {
  struct sched_param none = {.sched_priority = 0};
  return sched_setscheduler(0, SCHED_BATCH, &none) == 0;
}
static bool lock_a_page(void) {
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page != MAP_FAILED && mlock(page, 4096) == 0;
}
static bool raise_oom_score(void) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  return fd >= 0 && write(fd, "900", 3) == 3;
}
static bool install_seccomp(void) {
  struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {.len = 1, .filter = allow};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}
static bool session_keyring(void) { return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0; }
static bool make_cgroup(void) {
  static const char *const places[] = {"/sys/fs/cgroup/pids/probe", "/sys/fs/cgroup/probe"};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    if (mkdir(places[i], 0755) == 0) return rmdir(places[i]) == 0;
  }
  return false;
}

/* --- messages between its processes --- */

static bool shared_memory(void) {
  int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  return id >= 0 && shmctl(id, IPC_RMID, NULL) == 0;
}
static bool semaphores(void) {
  int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
  return id >= 0 && semctl(id, 0, IPC_RMID) == 0;
}
static bool message_queue(void) {
  int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  return id >= 0 && msgctl(id, IPC_RMID, NULL) == 0;
}
static bool posix_queue(void) {
  mqd_t queue = mq_open("/bulkhead-probe", O_RDWR | O_CREAT, 0600, NULL);
  return queue != (mqd_t)-1 && mq_unlink("/bulkhead-probe") == 0;
}
static bool shared_memory_limit(void) { return rewrite("/proc/sys/kernel/shmmax"); }
static bool posix_queue_limit(void) { return rewrite("/proc/sys/fs/mqueue/msg_max"); }

const struct operation local_operations[] = {
    {"mount-tmpfs", mount_tmpfs},
    {"mount-proc", mount_proc},
    {"mount-sysfs", mount_sysfs},
    {"mount-devpts", mount_devpts},
    {"mount-mqueue", mount_mqueue},
    {"mount-ramfs", mount_ramfs},
    {"mount-cgroup", mount_cgroup},
    {"mount-bind", mount_bind},
    {"mount-overlay", mount_overlay},
    {"remount-read-only", remount_read_only},
    {"change-root", change_root},
    {"pivot-root", change_root_mount},
    {"new-user-namespace", new_user_namespace},
    {"new-mount-namespace", new_mount_namespace},
    {"new-pid-namespace", new_pid_namespace},
    {"new-network-namespace", new_network_namespace},
    {"new-ipc-namespace", new_ipc_namespace},
    {"new-uts-namespace", new_uts_namespace},
    {"new-cgroup-namespace", new_cgroup_namespace},
    {"new-time-namespace", new_time_namespace},
    {"enter-namespace", enter_namespace},
    {"set-host-name", set_host_name},
    {"set-domain-name", set_domain_name},
    {"reboot-itself", reboot_itself},
    {"change-owner", change_owner},
    {"set-user", set_user},
    {"set-group", set_group},
    {"set-groups", set_groups},
    {"drop-capability", drop_capability},
    {"file-capability", file_capability},
    {"user-attribute", user_attribute},
    {"set-user-id-bit", set_user_id_bit},
    {"make-fifo", make_fifo},
    {"make-socket", make_socket},
    {"make-whiteout", make_whiteout},
    {"add-veth", add_veth},
    {"add-bridge", add_bridge},
    {"add-dummy", add_dummy},
    {"packet-filter", packet_filter},
    {"write-ip-forward", ip_forward},
    {"write-local-ports", local_ports},
    {"write-listen-backlog", listen_backlog},
    {"raw-socket", raw_socket},
    {"packet-socket", packet_socket},
    {"low-port", low_port},
    {"trace-child", trace_child},
    {"kill-child", kill_child},
    {"batch-scheduling", batch_scheduling},
    {"lock-a-page", lock_a_page},
    {"raise-oom-score", raise_oom_score},
    {"install-seccomp", install_seccomp},
    {"session-keyring", session_keyring},
    {"make-cgroup", make_cgroup},
    {"shared-memory", shared_memory},
    {"semaphores", semaphores},
    {"message-queue", message_queue},
    {"posix-queue", posix_queue},
    {"write-shared-memory-limit", shared_memory_limit},
    {"write-posix-queue-limit", posix_queue_limit},
};
const size_t local_operations_count = sizeof local_operations / sizeof local_operations[0];
