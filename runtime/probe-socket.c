#define _GNU_SOURCE
#include "probe-socket.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* Connects; the socket may be silent for so long, s. */
static int dial(const char *path, int patience) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct timeval silence = {.tv_sec = patience};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(address.sun_path, path, strlen(path) + 1);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
  }
  return fd;
}

static bool send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes += n;
    length -= (size_t)n;
  }
  return true;
}

/*
 * One POST on a connection of its own. The status, and up to size-1 bytes of the raw response; 0: see errno.
 */
static int post(const struct docker_socket *docker, const char *target, const char *body, char *answer,
                size_t size) {
  char head[512];
  answer[0] = '\0';
  int length = snprintf(head, sizeof head,
      "POST %s HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: "
      "%zu\r\nConnection: close\r\n\r\n",
      target, strlen(body));
  if (length < 0 || (size_t)length >= sizeof head) {
    errno = EMSGSIZE;
    return 0;
  }
  int fd = dial(docker->path, docker->patience);
  if (fd < 0) return 0;
  size_t filled = 0;
  ssize_t n = 0;
  if (send_all(fd, head, (size_t)length) && send_all(fd, body, strlen(body))) {
    while (filled + 1 < size && (n = recv(fd, answer + filled, size - 1 - filled, 0)) > 0)
      filled += (size_t)n;
  }
  int saved = errno, status = 0;
  close(fd);
  answer[filled] = '\0';
  errno = saved;
  return sscanf(answer, "HTTP/1.1 %d", &status) == 1 ? status : 0;
}

/* The response's body, or the error if there is none. */
static void note(struct started_container *made, const struct docker_socket *docker, const char *answer) {
  const char *body = strstr(answer, "\r\n\r\n");
  size_t size = sizeof made->error_reply;
  if (body != NULL) snprintf(made->error_reply, size, "%s", body + 4);
  else if (errno == EAGAIN) snprintf(made->error_reply, size, "no response within %d s", docker->patience);
  else snprintf(made->error_reply, size, "%s", strerror(errno));
}

void start_container(const struct docker_socket *docker, const char *body, struct started_container *made) {
  char answer[8192], target[128];
  memset(made, 0, sizeof *made);
  made->create_status = post(docker, "/v1.41/containers/create", body, answer, sizeof answer);
  const char *id = strstr(answer, "\"Id\":\"");
  if (made->create_status != 201 || id == NULL || sscanf(id, "\"Id\":\"%64[0-9a-f]", made->id) != 1) {
    note(made, docker, answer);
    return;
  }
  snprintf(target, sizeof target, "/v1.41/containers/%s/start", made->id);
  made->start_status = post(docker, target, "", answer, sizeof answer);
  if (made->start_status != 204) note(made, docker, answer);
}
