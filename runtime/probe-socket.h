/*
 * A Docker client of two requests: what a program in a container can do with a socket that is mounted there
 * (A11).
 */
#ifndef BULKHEAD_PROBE_SOCKET_H
#define BULKHEAD_PROBE_SOCKET_H

struct docker_socket {
  const char *path;
  /* How long it may be silent, s. */
  int patience;
};

struct started_container {
  /* HTTP status of each request; 0: not sent, or no response. */
  int create_status;
  int start_status;
  /* The container's id, '' without one. */
  char id[65];
  /* The beginning of the last unsuccessful response, '' if there is none. */
  char error_reply[8192];
};

/* Creates a container with this JSON body, and starts it. */
void start_container(const struct docker_socket *docker, const char *body, struct started_container *made);

#endif
