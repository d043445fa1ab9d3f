#define _GNU_SOURCE
#include "plan-fields.h"

#include "log.h"
#include "plan.h"

#include <limits.h>
#include <string.h>

bool parse_error(const char *what) {
  log_error("the planner's answer is not understood (%s): the runtime and the planner are of different "
            "versions; restart the engine",
      what);
  return false;
}

bool next_field(struct plan_fields *fields, const char **out) {
  if (fields->left == 0 || fields->next >= fields->end) return parse_error("it ends early");
  *out = fields->next;
  fields->next += strlen(fields->next) + 1;
  fields->left--;
  return true;
}

bool parse_number(const char *text, uint64_t max, uint64_t *out) {
  uint64_t value = 0;
  if (*text == '\0' || (text[0] == '0' && text[1] != '\0')) return false;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9') return false;
    uint64_t digit = (uint64_t)(*text - '0');
    if (digit > max || value > (max - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *out = value;
  return true;
}

bool next_number(struct plan_fields *fields, uint64_t max, uint64_t *out) {
  const char *text;
  return next_field(fields, &text) &&
      (parse_number(text, max, out) || parse_error("a number is out of bounds"));
}

bool is_plain_path(const char *text) {
  for (const char *c = text;; c++) {
    size_t length = strcspn(c, "/");
    if ((length == 1 && c[0] == '.') || (length == 2 && c[0] == '.' && c[1] == '.')) return false;
    c += length;
    if (*c == '\0') return true;
  }
}

bool is_layer_name(const char *name) {
  size_t length = strlen(name);
  return length > 0 && length < 256 &&
      strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == length &&
      is_plain_path(name);
}

bool next_path(struct plan_fields *fields, const char **out) {
  if (!next_field(fields, out)) return false;
  if (**out != '/' || strlen(*out) >= PATH_MAX) return parse_error("a path is not absolute");
  return is_plain_path(*out) || parse_error("a path is not plain");
}

bool open_fields(struct plan_fields *fields, char *bytes, size_t size) {
  const char *magic;
  uint64_t count;
  size_t found = 0;
  if (size == 0) {
    log_error("the planner hung up without an answer: see its log, then try again");
    return false;
  }
  if (size > PLAN_MAX_BYTES || bytes[size - 1] != '\0') return parse_error("it is cut off");
  for (size_t i = 0; i < size; i++) found += bytes[i] == '\0' ? 1 : 0;
  *fields = (struct plan_fields){.next = bytes, .end = bytes + size, .left = found};
  if (!next_field(fields, &magic)) return false;
  if (strcmp(magic, "bulkhead-plan-2") != 0) return parse_error("its version");
  if (!next_number(fields, PLAN_MAX_BYTES, &count)) return false;
  return count == fields->left || parse_error("the number of fields");
}
