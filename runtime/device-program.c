#define _GNU_SOURCE
#include "device-program.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PROGRAM_MAX = 128, ATTACHED_MAX = 64 /* the kernel's own limit for one cgroup */ };

static long bpf(int command, union bpf_attr *attr) { return syscall(SYS_bpf, command, attr, sizeof *attr); }

static struct bpf_insn load(uint8_t to, int16_t offset) {
  return (struct bpf_insn){
      .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = to, .src_reg = BPF_REG_1, .off = offset};
}

static struct bpf_insn jump_to_next_unless_equal(uint8_t reg, int32_t value, int16_t skipped) {
  return (struct bpf_insn){.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = reg, .off = skipped, .imm = value};
}

static struct bpf_insn answer_is(int32_t value) {
  return (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = value};
}

static const struct bpf_insn end = {.code = BPF_JMP | BPF_EXIT};

/*
 * access_type has the kind of access in its upper half, the type of device in its lower. A rule is: unless
 * equal, skip to the next rule; else return 1. What no rule matches gets 0, EPERM.
 */
static size_t write_program(struct bpf_insn *out, const struct open_device *devices, size_t n) {
  size_t at = 0;
  out[at++] = load(BPF_REG_2, offsetof(struct bpf_cgroup_dev_ctx, access_type));
  out[at++] = load(BPF_REG_4, offsetof(struct bpf_cgroup_dev_ctx, major));
  out[at++] = load(BPF_REG_5, offsetof(struct bpf_cgroup_dev_ctx, minor));
  out[at++] =
      (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_3, .src_reg = BPF_REG_2};
  out[at++] = (struct bpf_insn){.code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = BPF_REG_3, .imm = 16};
  out[at++] = (struct bpf_insn){.code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = BPF_REG_2, .imm = 0xffff};
  /* Any node may be created, so that images with nodes can be unpacked. */
  out[at++] = jump_to_next_unless_equal(BPF_REG_3, BPF_DEVCG_ACC_MKNOD, 2);
  out[at++] = answer_is(1);
  out[at++] = end;
  out[at++] = (struct bpf_insn){
      .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = BPF_REG_2, .off = 2, .imm = BPF_DEVCG_DEV_CHAR};
  out[at++] = answer_is(0);
  out[at++] = end;
  for (size_t i = 0; i < n && at + 6 < PROGRAM_MAX; i++) {
    bool any = devices[i].minor == ANY_MINOR;
    out[at++] = jump_to_next_unless_equal(BPF_REG_4, (int32_t)devices[i].major, any ? 2 : 3);
    if (!any) out[at++] = jump_to_next_unless_equal(BPF_REG_5, devices[i].minor, 2);
    out[at++] = answer_is(1);
    out[at++] = end;
  }
  out[at++] = answer_is(0);
  out[at++] = end;
  return at;
}

static int load_program(const struct open_device *devices, size_t n) {
  struct bpf_insn program[PROGRAM_MAX];
  size_t length = write_program(program, devices, n);
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attr.insns = (uint64_t)(uintptr_t)program;
  attr.insn_cnt = (uint32_t)length;
  attr.license =
      (uint64_t)(uintptr_t) "Apache-2.0"; /* it calls no function of the kernel's that asks for another one */
  return (int)bpf(BPF_PROG_LOAD, &attr);
}

static int detach(int directory, uint32_t id) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.prog_id = id;
  int program = (int)bpf(BPF_PROG_GET_FD_BY_ID, &attr);
  if (program < 0) return errno == ENOENT ? 0 : -1;
  memset(&attr, 0, sizeof attr);
  attr.target_fd = (uint32_t)directory;
  attr.attach_bpf_fd = (uint32_t)program;
  attr.attach_type = BPF_CGROUP_DEVICE;
  long result = bpf(BPF_PROG_DETACH, &attr);
  int saved = errno;
  (void)close(program);
  errno = saved;
  return result == 0 || saved == ENOENT ? 0 : -1;
}

int attach_device_program(int directory, const struct open_device *devices, size_t n, const char **what) {
  uint32_t before[ATTACHED_MAX];
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.query.target_fd = (uint32_t)directory;
  attr.query.attach_type = BPF_CGROUP_DEVICE;
  attr.query.prog_ids = (uint64_t)(uintptr_t)before;
  attr.query.prog_cnt = ATTACHED_MAX;
  *what = "query the BPF programs of";
  if (bpf(BPF_PROG_QUERY, &attr) != 0) return -1;
  uint32_t count = attr.query.prog_cnt;
  *what = "load the BPF program for";
  int program = load_program(devices, n);
  if (program < 0) return -1;
  memset(&attr, 0, sizeof attr);
  attr.target_fd = (uint32_t)directory;
  attr.attach_bpf_fd = (uint32_t)program;
  attr.attach_type = BPF_CGROUP_DEVICE;
  /* Combined with programs of parent cgroups: all have to agree. */
  attr.attach_flags = BPF_F_ALLOW_MULTI;
  *what = "attach the BPF program to";
  long attached = bpf(BPF_PROG_ATTACH, &attr);
  int saved = errno;
  (void)close(program);
  errno = saved;
  if (attached != 0) return -1;
  *what = "detach an earlier BPF program from";
  for (uint32_t i = 0; i < count && i < ATTACHED_MAX; i++)
    if (detach(directory, before[i]) != 0) return -1;
  return 0;
}
