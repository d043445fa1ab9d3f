/*
 * bulkhead-probe: looks at its container from inside and prints what it sees as one JSON line.
 *
 *   bulkhead-probe [--operations] [--hold]
 *
 * --operations also tries what a privileged container may and may not do (A4, A5). Every one of them is harmless where it succeeds:
 * values are written back unchanged, system calls get arguments that fail after the permission check.
 * --hold keeps running for two minutes, so that several containers can be looked at at once.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <unistd.h>

static void print_string(const char *text) {
	putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\') printf("\\%c", c);
		else if (c < 0x20 || c > 0x7e) printf("\\u%04x", c);
		else putchar(c);
	}
	putchar('"');
}

/* Up to size-1 bytes of a file, '' with errno set where it can't be read. */
static bool read_file(const char *path, char *buffer, size_t size) {
	buffer[0] = '\0';
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return false;
	ssize_t n = read(fd, buffer, size - 1);
	int saved = errno;
	close(fd);
	errno = saved;
	if (n < 0) return false;
	buffer[n] = '\0';
	return true;
}

/* Runs of blanks become one space, line ends become "; ". */
static void print_map(const char *name, const char *path) {
	char text[4096], line[4096];
	size_t out = 0;
	if (!read_file(path, text, sizeof text)) snprintf(text, sizeof text, "unreadable");
	for (const char *p = text; *p != '\0' && out + 3 < sizeof line; p++) {
		if (*p == '\n') {
			while (out > 0 && line[out - 1] == ' ') out--;
			if (p[1] != '\0') { line[out++] = ';'; line[out++] = ' '; }
		} else if (*p == ' ' || *p == '\t') {
			if (out > 0 && line[out - 1] != ' ') line[out++] = ' ';
		} else line[out++] = *p;
	}
	line[out] = '\0';
	printf("\"%s\":", name);
	print_string(line);
}

static void print_namespaces(void) {
	static const char *const names[] = { "user", "pid", "net", "ipc", "uts", "mnt", "cgroup" };
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

static void print_outcome(bool first, const char *name, bool succeeded) {
	const char *error = succeeded ? "ok" : strerrorname_np(errno);
	printf("%s\"%s\":", first ? "" : ",", name);
	print_string(error == NULL ? "unknown error" : error);
}

/* Writes a kernel setting's own value back to it. */
static bool rewrite(const char *path) {
	char value[4096];
	if (!read_file(path, value, sizeof value)) return false;
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) return false;
	size_t length = strlen(value);
	bool written = write(fd, value, length) == (ssize_t)length;
	int saved = errno;
	close(fd);
	errno = saved;
	return written;
}

static bool mount_tmpfs(void) {
	if (mkdir("/probe-mount", 0700) != 0 && errno != EEXIST) return false;
	if (mount("probe", "/probe-mount", "tmpfs", MS_NOSUID | MS_NODEV, "size=64k") != 0) return false;
	umount2("/probe-mount", MNT_DETACH);
	return true;
}

/* A character device like /dev/null, removed again. */
static bool make_node(void) {
	if (mknod("/probe-node", S_IFCHR | 0600, makedev(1, 3)) != 0) return false;
	unlink("/probe-node");
	return true;
}

/* Loading from no file: EPERM without the right to load modules, EBADF with it (which counts as success here). */
static bool load_module(void) {
	return syscall(SYS_finit_module, -1, "", 0) == 0 || errno == EBADF;
}

/* Lists the first BPF map of the kernel; ENOENT: allowed, and there is none. */
static bool list_bpf_maps(void) {
	union bpf_attr attributes;
	memset(&attributes, 0, sizeof attributes);
	return syscall(SYS_bpf, BPF_MAP_GET_NEXT_ID, &attributes, sizeof attributes) == 0 || errno == ENOENT;
}

/* Sets neither time nor zone: only the permission is checked. */
static bool set_time(void) {
	return syscall(SYS_settimeofday, NULL, NULL) == 0;
}

static void print_operations(void) {
	printf(",\"operations\":{");
	print_outcome(true, "mount-tmpfs", mount_tmpfs());
	print_outcome(false, "write-core-pattern", rewrite("/proc/sys/kernel/core_pattern"));
	print_outcome(false, "write-swappiness", rewrite("/proc/sys/vm/swappiness"));
	print_outcome(false, "make-device-node", make_node());
	print_outcome(false, "load-module", load_module());
	print_outcome(false, "list-bpf-maps", list_bpf_maps());
	print_outcome(false, "set-time", set_time());
	printf("}");
}

int main(int argc, char **argv) {
	bool operations = false, hold = false;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--operations") == 0) operations = true;
		else if (strcmp(argv[i], "--hold") == 0) hold = true;
		else {
			fprintf(stderr, "bulkhead-probe: unknown argument %s\n", argv[i]);
			return 2;
		}
	}
	printf("{\"uid\":%u,", (unsigned)getuid());
	print_map("uidMap", "/proc/self/uid_map");
	putchar(',');
	print_map("gidMap", "/proc/self/gid_map");
	putchar(',');
	print_namespaces();
	if (operations) print_operations();
	printf("}\n");
	if (fflush(stdout) != 0) return 1;
	/* As the first process of its namespace it gets no default actions for signals: it ends by itself, or is killed from outside. */
	if (hold) sleep(120);
	return 0;
}
