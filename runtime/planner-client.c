#define _GNU_SOURCE
#include "planner-client.h"

#include "log.h"
#include "sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* The times: plannerReply and plannerListening in shared/process/time-limits.ts. */
enum { REQUEST_MAX = 3 * PATH_MAX + 512, ANSWER_SECONDS = 900, ATTEMPT_MS = 20, WAIT_MS = 3000 };

/*
 * Connects through the directory's fd, so that the kernel's limit of 107 bytes for a socket path does not
 * limit the location of the engine.
 */
static int connect_to(const char *root_dir) {
  int dir = open(root_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) return -1;
  int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct timeval patience = {.tv_sec = ANSWER_SECONDS};
  (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/planner.sock", dir);
  if (s >= 0 &&
      (setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
          setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
          connect(s, (struct sockaddr *)&address, sizeof address) != 0)) {
    int saved = errno;
    (void)close(s);
    errno = saved;
    s = -1;
  }
  int saved = errno;
  (void)close(dir);
  errno = saved;
  return s;
}

/* Like connect_to, but waits a moment for a planner that is being restarted. */
static int connect_patiently(const char *root_dir) {
  const struct timespec pause = {.tv_nsec = ATTEMPT_MS * 1000000L};
  for (int waited = 0;; waited += ATTEMPT_MS) {
    int s = connect_to(root_dir);
    if (s >= 0 || waited >= WAIT_MS || (errno != ECONNREFUSED && errno != ENOENT)) return s;
    int saved = errno;
    (void)nanosleep(&pause, NULL);
    errno = saved;
  }
}

static int send_all(int s, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t n = send(s, bytes, size, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    bytes += n;
    size -= (size_t)n;
  }
  return 0;
}

/*
 * Whether `length` bytes contain as many fields as the second field announces. Malformed input counts as
 * complete, too, and is refused by the parser.
 */
static bool is_whole(const char *answer, size_t length) {
  const char *end = answer + length, *count = memchr(answer, '\0', length);
  if (count == NULL || ++count == end || end[-1] != '\0') return false;
  const char *next = memchr(count, '\0', (size_t)(end - count));
  unsigned long left = next != NULL ? strtoul(count, NULL, 10) : 1;
  for (; next != NULL && ++next < end && left > 0; left--) next = memchr(next, '\0', (size_t)(end - next));
  return left == 0;
}

static long receive_all(int s, char *answer, size_t size) {
  size_t length = 0;
  for (;;) {
    if (length == size) {
      errno = EMSGSIZE;
      return -1;
    }
    ssize_t n = recv(s, answer + length, size - length, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) return (long)length;
    length += (size_t)n;
    if (is_whole(answer, length)) return (long)length;
  }
}

/* Writes the request's fields to `bytes`; returns their length, 0 when they do not fit. */
static size_t encode(const struct planner_request *request, char bytes[REQUEST_MAX]) {
  char pid[16];
  (void)snprintf(pid, sizeof pid, "%d", (int)getpid());
  const char *fields[] = {
      "bulkhead-request-2", request->verb, request->id, request->bundle, request->runc_root, pid, "end"};
  size_t length = 0;
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    const char *text = fields[i] != NULL ? fields[i] : "";
    size_t n = strlen(text) + 1;
    if (n > REQUEST_MAX - length) return 0;
    memcpy(bytes + length, text, n);
    length += n;
  }
  return length;
}

/*
 * The connection of the last request, -1: none. It stays open until we exit, which is how the planner notices
 * our exit.
 */
static int connection = -1;
/* Whether a reply may come on it: the planner sends one per connection. */
static bool answers;
/* The process at its other end. */
static pid_t planner;

/* Connects, and verifies that the peer is the planner. The caller reports errors. */
static bool reach(const char *root_dir, bool wait, bool silent) {
  int s = wait ? connect_patiently(root_dir) : connect_to(root_dir);
  if (s < 0) {
    if (!silent)
      log_errno("the isolation planner does not answer at %s/planner.sock, so containers cannot be started "
                "isolated: restart the engine",
          root_dir);
    return false;
  }
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    log_errno("cannot tell who listens at %s/planner.sock", root_dir);
  else if (peer.uid != 0)
    log_error("%s/planner.sock is served by user %u, not by root: somebody else took its place", root_dir,
        (unsigned)peer.uid);
  else {
    connection = s;
    planner = peer.pid;
    answers = true;
    return true;
  }
  (void)close(s);
  return false;
}

/* Without a connection any more; sends nothing. */
static void hang_up(void) {
  (void)close(connection);
  connection = -1;
}

/* The reason why there is no reply. */
static void log_unanswered(void) {
  if (errno == EAGAIN)
    log_error(
        "the isolation planner did not answer within %d s: see its log, then try again", ANSWER_SECONDS);
  else log_errno("the isolation planner's answer did not arrive: see its log, then try again");
}

long planner_query(const char *root_dir, const struct planner_request *request, char *answer, size_t size) {
  static char bytes[REQUEST_MAX];
  size_t length = encode(request, bytes);
  if (length == 0) {
    log_error("the container's id or bundle path is too long");
    return -1;
  }
  /*
   * Use the existing connection. Its planner may have exited since: then the request goes to its successor.
   */
  if (connection >= 0 && answers) {
    long n = send_all(connection, bytes, length) == 0 ? receive_all(connection, answer, size) : -1;
    answers = false;
    bool late = n < 0 && errno == EAGAIN;
    if (late) log_unanswered();
    if (n > 0 || late) return n;
    hang_up();
  }
  /*
   * A planner that exits before its reply has changed nothing permanently: repeat the request once, to its
   * successor.
   */
  for (bool again = request->wait;; again = false) {
    if (!reach(root_dir, request->wait, false)) return -1;
    answers = false;
    long result = send_all(connection, bytes, length) == 0 ? receive_all(connection, answer, size) : -1;
    bool ended = result == 0 || (result < 0 && (errno == ECONNRESET || errno == EPIPE));
    if (result < 0 && !(ended && again)) log_unanswered();
    if (result <= 0) hang_up();
    if (!(ended && again)) return result;
  }
}

bool planner_notify(const char *root_dir, const struct planner_request *request) {
  static char bytes[REQUEST_MAX];
  size_t length = encode(request, bytes);
  if (length == 0 || (connection < 0 && !reach(root_dir, false, true))) return false;
  /* One-way: the planner reads it before it notices our exit, which is when it is needed. */
  if (send_all(connection, bytes, length) == 0) return true;
  hang_up();
  return false;
}

int planner_open_sealed(unsigned number) {
  if (connection < 0 || planner <= 0) return -1;
  int fd = open_sealed(planner, number);
  struct pollfd end = {.fd = connection, .events = 0};
  /*
   * The connection is open, so the planner is running, and its pid was not reused when we opened the pidfd.
   */
  if (fd >= 0 && poll(&end, 1, 0) == 0) return fd;
  if (fd >= 0) (void)close(fd);
  return -1;
}
