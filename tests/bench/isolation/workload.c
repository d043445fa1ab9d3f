/*
 * What containers do in bench:isolation, timed inside, so that neither process starts nor the engine dilute a
 * difference. `workload mounts N` · `write FILE MB` · `read FILE MB` (eight times over) · `files DIRECTORY
 * N`: prints nanoseconds. Any failure: exit code 1.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char block[1 << 20];

static void must(int fine, const char *what) {
  if (fine) return;
  perror(what);
  exit(1);
}

static void mounts(long n) {
  for (long i = 0; i < n; i++) {
    must(mount("none", "/mnt", "tmpfs", 0, "size=64k") == 0, "mount");
    must(umount("/mnt") == 0, "umount");
  }
}

static void transfer(const char *file, long megabytes, int writes) {
  int fd = open(file, writes ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0600);
  must(fd >= 0, file);
  for (long i = 0; i < (writes ? megabytes : 8 * megabytes); i++) {
    if (!writes && i % megabytes == 0) must(lseek(fd, 0, SEEK_SET) == 0, file);
    ssize_t done = writes ? write(fd, block, sizeof block) : read(fd, block, sizeof block);
    must(done == (ssize_t)sizeof block, file);
  }
  must(close(fd) == 0, file);
}

static void files(const char *directory, long n) {
  char path[256];
  struct stat st;
  for (int pass = 0; pass < 3; pass++)
    for (long i = 0; i < n; i++) {
      (void)snprintf(path, sizeof path, "%s/f%ld", directory, i);
      if (pass == 0) {
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
        must(fd >= 0 && write(fd, block, 4096) == 4096 && close(fd) == 0, path);
      } else must(pass == 1 ? stat(path, &st) == 0 : unlink(path) == 0, path);
    }
}

int main(int argc, char **argv) {
  struct timespec from, to;
  if (argc < 3) return 2;
  long n = atol(argv[argc - 1]);
  /*
   * Freeing the pages of the last round's file is not measured, and its cost depends on how much of it has
   * been written to the disk by now.
   */
  if (strcmp(argv[1], "write") == 0) (void)unlink(argv[2]);
  (void)clock_gettime(CLOCK_MONOTONIC, &from);
  if (strcmp(argv[1], "mounts") == 0) mounts(n);
  else if (strcmp(argv[1], "files") == 0) files(argv[2], n);
  else transfer(argv[2], n, strcmp(argv[1], "write") == 0);
  (void)clock_gettime(CLOCK_MONOTONIC, &to);
  (void)printf("%lld\n", (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec);
  return 0;
}
