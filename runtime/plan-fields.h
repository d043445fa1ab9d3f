#ifndef BULKHEAD_PLAN_FIELDS_H
#define BULKHEAD_PLAN_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of a plan, parsed strictly. Functions that return false have logged the reason. */
struct plan_fields {
  char *next, *end; /* unread fields; end[-1] is NUL */
  size_t left;
};

/* Checks the frame: complete fields only, and their number. */
bool open_fields(struct plan_fields *fields, char *bytes, size_t size);

bool next_field(struct plan_fields *fields, const char **out);
/* A decimal number up to `max`, without sign, blanks or leading zeros. */
bool next_number(struct plan_fields *fields, uint64_t max, uint64_t *out);
/* An absolute path without `.` or `..` components. */
bool next_path(struct plan_fields *fields, const char **out);

bool parse_number(const char *text, uint64_t max, uint64_t *out);
/* Whether no component of `text` is `.` or `..`. */
bool is_plain_path(const char *text);
/* Whether `name` is valid for upper or work: one plain component without escaping in mount options. */
bool is_layer_name(const char *name);

/* Logs which part of the plan is invalid; returns false. */
bool parse_error(const char *what);

#endif
