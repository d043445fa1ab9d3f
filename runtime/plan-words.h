#ifndef BULKHEAD_PLAN_WORDS_H
#define BULKHEAD_PLAN_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A plan's words, read strictly. What returns false has said why. */
struct plan_words {
  char *next, *end; /* unread words; end[-1] is NUL */
  size_t left;
};

/* Checks the frame: only whole words, as many as said. */
bool open_words(struct plan_words *words, char *bytes, size_t size);

bool next_word(struct plan_words *words, const char **out);
/* A decimal number up to `max`, without sign, blanks or leading zeros. */
bool next_number(struct plan_words *words, uint64_t max, uint64_t *out);
/* An absolute path without `.` or `..` components. */
bool next_path(struct plan_words *words, const char **out);

bool parse_number(const char *text, uint64_t max, uint64_t *out);
/* Whether no component of `text` is `.` or `..`. */
bool is_plain_path(const char *text);
/*
 * Whether `name` can be that of upper or work: one plain component that needs no escaping in mount options.
 */
bool is_layer_name(const char *name);

/* Says what of the plan is not understood; false. */
bool parse_error(const char *what);

#endif
