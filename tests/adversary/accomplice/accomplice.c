// One process of an attacker, outside a container or inside one, that does what the test sends it: system
// calls, one a line, and descriptors to and from its accomplice. `accomplice serve SOCKET` forks a process
// for each connection; `accomplice cat FILE` prints a file, with whatever identity executing it gave.
//
// A line is an operation and its words: a decimal number, sHEX (a string), xHEX (bytes, sent back as they are
// afterwards). The answer is `VALUE ERRNO` and the bytes in hexadecimal digits, VALUE -1 where the call
// failed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL(name) {#name, SYS_##name}
static const struct { const char *name; long number; } calls[] = {
  CALL(add_key), CALL(bpf), CALL(chroot), CALL(close), CALL(connect), CALL(faccessat), CALL(fanotify_init),
  CALL(fanotify_mark), CALL(fchdir), CALL(fchmod), CALL(fchmodat), CALL(fchown), CALL(fchownat),
  CALL(fsconfig), CALL(fsetxattr), CALL(fsmount), CALL(fsopen), CALL(getdents64), CALL(geteuid),
  CALL(getpid), CALL(getppid), CALL(getsockopt), CALL(io_uring_enter), CALL(io_uring_register),
  CALL(io_uring_setup), CALL(ioctl), CALL(keyctl), CALL(kill), CALL(linkat), CALL(memfd_create),
  CALL(mkdirat), CALL(mknodat), CALL(mmap), CALL(mount), CALL(mount_setattr), CALL(move_mount),
  CALL(name_to_handle_at), CALL(open_by_handle_at), CALL(open_tree), CALL(openat), CALL(perf_event_open),
  CALL(pidfd_getfd), CALL(pidfd_open), CALL(pidfd_send_signal), CALL(pipe2), CALL(prctl), CALL(pread64),
  CALL(prlimit64), CALL(process_vm_readv), CALL(ptrace), CALL(read), CALL(readlinkat), CALL(recvmsg),
  CALL(renameat2), CALL(seccomp), CALL(sendmsg), CALL(setns), CALL(setresgid), CALL(setresuid),
  CALL(setsockopt), CALL(shmat), CALL(shmctl), CALL(shmget), CALL(socket), CALL(symlinkat), CALL(umount2),
  CALL(unlinkat), CALL(unshare), CALL(userfaultfd), CALL(wait4), CALL(write),
};

enum { most_words = 12 };
struct word { long value; unsigned char *bytes; size_t length; int returned; };

static void answer(FILE *out, long value, const struct word *words, int count) {
  fprintf(out, "%ld %d", value, value == -1 ? errno : 0);
  for (int i = 0; i < count; i++) {
    if (!words[i].returned) continue;
    fputc(' ', out);
    for (size_t b = 0; b < words[i].length; b++) fprintf(out, "%02x", words[i].bytes[b]);
  }
  fputc('\n', out);
  fflush(out);
}

/**
 * Allocates the bytes for hexadecimal digits, followed by a NUL. They are never freed: the kernel may be
 * given their address for later use.
 */
static unsigned char *bytes_of(const char *digits, size_t *length) {
  *length = strlen(digits) / 2;
  unsigned char *bytes = calloc(1, *length + 1);
  if (bytes == NULL) abort();
  for (size_t i = 0; i < *length; i++) {
    unsigned byte = 0;
    sscanf(digits + 2 * i, "%2x", &byte);
    bytes[i] = (unsigned char)byte;
  }
  return bytes;
}

static struct sockaddr_un address_of(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  return address;
}

/** A socket at `path` that everybody may connect to, or -1. */
static int listen_at(const char *path) {
  struct sockaddr_un address = address_of(path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  unlink(path);
  if (listener < 0 || bind(listener, (void *)&address, sizeof address) != 0) return -1;
  if (chmod(path, 0777) != 0 || listen(listener, 64) != 0) return -1;
  return listener;
}

static int connect_to(const char *path) {
  struct sockaddr_un address = address_of(path);
  int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return connection >= 0 && connect(connection, (void *)&address, sizeof address) == 0 ? connection : -1;
}

/** Sends descriptor `given` over `connection`, or receives one where `given` is -1; resolves to it. */
static int pass(int connection, int given) {
  char byte = 0;
  union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {{0}};
  struct iovec vector = {&byte, 1};
  struct msghdr message = {
    .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (given >= 0) {
    control.align = (struct cmsghdr){
      .cmsg_len = CMSG_LEN(sizeof given), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.align), &given, sizeof given);
    return sendmsg(connection, &message, 0) == 1 ? given : -1;
  }
  if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) != 1 ||
      message.msg_controllen < CMSG_LEN(sizeof given)) {
    errno = EPROTO;
    return -1;
  }
  memcpy(&given, CMSG_DATA(&control.align), sizeof given);
  return given;
}

/** Copies this program to `name` in the directory `directory`, mode 0755. */
static int install(int directory, const char *name) {
  static char buffer[1 << 16];
  int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  int to = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
  if (from < 0 || to < 0) return -1;
  for (ssize_t got; (got = read(from, buffer, sizeof buffer)) > 0;)
    if (write(to, buffer, (size_t)got) != got) return -1;
  close(from);
  return close(to);
}

/** Runs a program and responds with its status and output. */
static void run(FILE *out, char **arguments) {
  struct word printed = {.returned = 1, .bytes = malloc(1 << 16)};
  int ends[2], status = -1;
  if (printed.bytes == NULL || pipe2(ends, O_CLOEXEC) != 0) abort();
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    execv(arguments[0], arguments);
    dprintf(2, "%s", strerror(errno));
    _exit(127);
  }
  close(ends[1]);
  for (ssize_t got; (got = read(ends[0], printed.bytes + printed.length, (1 << 16) - printed.length)) > 0;)
    printed.length += (size_t)got;
  close(ends[0]);
  waitpid(child, &status, 0);
  answer(out, status, &printed, 1);
}

static void serve(int connection);

/**
 * Serves every connection to `path` in a process of its own; returns only on an error. `once`: the first, in
 * this process.
 */
static int serve_at(const char *path, int once) {
  int listener = listen_at(path);
  if (listener < 0) return -1;
  for (;;) {
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) continue;
    if (once || fork() == 0) {
      close(listener);
      signal(SIGCHLD, SIG_DFL);
      serve(connection);
      _exit(0);
    }
    close(connection);
  }
}

static long perform(const char *operation, struct word *words) {
  char **text = (char *[]){(char *)words[0].bytes, (char *)words[1].bytes, NULL};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    if (strcmp(operation, calls[i].name) != 0) continue;
    return syscall(calls[i].number, words[0].value, words[1].value, words[2].value, words[3].value,
                   words[4].value, words[5].value);
  }
  if (strcmp(operation, "listen") == 0) return listen_at(text[0]);
  if (strcmp(operation, "accept") == 0) return accept4((int)words[0].value, NULL, NULL, SOCK_CLOEXEC);
  if (strcmp(operation, "connect-to") == 0) return connect_to(text[0]);
  if (strcmp(operation, "give") == 0) return pass((int)words[0].value, (int)words[1].value);
  if (strcmp(operation, "take") == 0) return pass((int)words[0].value, -1);
  if (strcmp(operation, "install") == 0) return install((int)words[0].value, text[1]);
  // Addresses, for structures with pointers: where bytes are stored, bytes at an address, and bytes written
  // there.
  if (strcmp(operation, "keep") == 0) return words[0].value;
  if (strcmp(operation, "peek") == 0) {
    memcpy(words[1].bytes, (void *)words[0].value, words[1].length);
    return 0;
  }
  if (strcmp(operation, "poke") == 0) {
    memcpy((void *)words[0].value, words[1].bytes, words[1].length);
    return 0;
  }
  if (strcmp(operation, "fork") == 0) {
    pid_t child = fork();
    if (child == 0) { serve_at(text[0], 1); _exit(1); }
    return child;
  }
  if (strcmp(operation, "start") == 0) {
    pid_t child = fork();
    if (child == 0) { execl(text[0], text[0], "serve", text[1], (char *)NULL); _exit(127); }
    return child;
  }
  errno = ENOSYS;
  return -1;
}

static void serve(int connection) {
  FILE *in = fdopen(connection, "r"), *out = fdopen(dup(connection), "w");
  char *line = NULL;
  size_t size = 0;
  if (in == NULL || out == NULL) return;
  fcntl(fileno(out), F_SETFD, FD_CLOEXEC);
  while (getline(&line, &size, in) > 0) {
    struct word words[most_words] = {{0}};
    char *arguments[most_words + 1] = {NULL};
    int count = 0;
    char *operation = strtok(line, " \n");
    for (char *word; count < most_words && (word = strtok(NULL, " \n")) != NULL; count++) {
      if (*word == 's' || *word == 'x') {
        words[count].bytes = bytes_of(word + 1, &words[count].length);
        words[count].value = (long)words[count].bytes;
        words[count].returned = *word == 'x';
      } else {
        words[count].value = (long)strtoull(word, NULL, 10);
      }
      arguments[count] = (char *)words[count].bytes;
    }
    if (operation == NULL) continue;
    if (strcmp(operation, "run") == 0) run(out, arguments);
    else answer(out, perform(operation, words), words, count);
  }
}

int main(int count, char **words) {
  umask(0);
  if (count == 3 && strcmp(words[1], "serve") == 0) {
    signal(SIGCHLD, SIG_IGN);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    serve_at(words[2], 0);
    perror(words[2]);
    return 1;
  }
  if (count == 3 && strcmp(words[1], "cat") == 0) {
    static char buffer[4096];
    int file = open(words[2], O_RDONLY);
    ssize_t got = file < 0 ? -1 : read(file, buffer, sizeof buffer);
    if (got < 0) { perror(words[2]); return 1; }
    return write(1, buffer, (size_t)got) == got ? 0 : 1;
  }
  fprintf(stderr, "usage: accomplice serve SOCKET | cat FILE\n");
  return 2;
}
