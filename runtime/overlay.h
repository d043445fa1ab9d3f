#ifndef BULKHEAD_OVERLAY_H
#define BULKHEAD_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How an overlay gets its layers. Kernels before 6.13 accept them by path only, so they are attached for that
 * moment, invisible to all other processes.
 */
enum layers {
  LAYERS_TRY, /* by descriptor, else attached */
  LAYERS_BY_FD,
  LAYERS_ATTACHED,
};

/*
 * The value of BULKHEAD_LAYERS (`attached`, for tests; only root starts us): LAYERS_TRY when unset, -1 after
 * a message for any other value.
 */
int layers_wanted(void);

enum { OVERLAY_MAX_STORES = 8 };

struct overlay_request {
  enum layers layers;
  uint32_t base; /* the mounter's fsuid and fsgid; 0 for a plain overlay */
  const int *lowers; /* directories or detached mounts, top first; mounts may be used up by it */
  const bool *is_inside; /* of each: whether it is a directory in one of the stores; NULL: none is */
  int n_lowers;
  int upper_parent; /* fd of the directory that holds upper and work; -1: read-only */
  bool is_upper_inside;
  const char *upper, *work; /* names in it */
  int stores[OVERLAY_MAX_STORES]; /* detached mounts with layers in them; may be used up by it */
  int n_stores;
  const char *const *options; /* "key=value" or "flag" */
  int n_options;
};

/* A new detached overlay. On failure `why` (size bytes) holds the kernel's own message, when it gave one. */
int make_overlay(const struct overlay_request *request, char *why, size_t size);

#endif
