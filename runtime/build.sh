#!/bin/sh
# Builds the C programs, bulkhead-runc and bulkhead-probe: small, static, reproducible with the same compiler.
#   build.sh            for this machine, in build/ (build/<its architecture>/ links to it)
#   build.sh amd64      for that architecture, or arm64; with Debian's cross compiler in build/<architecture>/
#   build.sh sanitized  for tests, with address and undefined-behaviour sanitizers, in build/sanitized/
#   build.sh fuzzer     for tests, the fuzzer of plans and command lines, in build/sanitized/
#   build.sh all        for this machine, and for the other architecture where its cross compiler is installed
# Nothing to do: quick.
set -eu
cd "$(dirname "$0")"

case $(uname -m) in
  x86_64) native=amd64 other=arm64 ;;
  aarch64) native=arm64 other=amd64 ;;
  *) echo "runtime/build.sh: this machine ($(uname -m)) is neither amd64 nor arm64" >&2; exit 1 ;;
esac

# for_architecture ARCH : sets CC, hardening and the directory to build in.
for_architecture() {
  strip=-s
  hardening='-fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2'
  hardening="$hardening -fPIE -static-pie -Wl,-z,relro,-z,now,-z,noexecstack"
  case $1 in
    amd64)
      cross=x86_64-linux-gnu-gcc package='gcc-x86-64-linux-gnu libc6-dev-amd64-cross'
      hardening="$hardening -fcf-protection=full"
      ;;
    arm64)
      cross=aarch64-linux-gnu-gcc package='gcc-aarch64-linux-gnu libc6-dev-arm64-cross'
      hardening="$hardening -mbranch-protection=standard"
      ;;
    *) echo "runtime/build.sh: builds for amd64 and arm64, not for $1" >&2; exit 1 ;;
  esac
  if [ "$1" = "$native" ]; then
    compiler=${CC:-gcc} directory=build package='gcc libc6-dev'
    mkdir -p build
    [ -e "build/$1" ] || ln -s . "build/$1"
  else
    compiler=$cross directory=build/$1
  fi
}

runc_sources='bulkhead-runc.c cgroup.c check.c child.c confine.c container-check.c device-program.c
  fs-identity.c invocation.c kernel-settings.c layer-store.c log.c mount-points.c mounts.c overlay.c plan.c
  plan-operations.c plan-fields.c planner-client.c runc-root.c scratch.c sealed.c streams.c'

# build NAME SOURCE… : compiles unless NAME is newer than every source, header and this script.
build() {
  target=$directory/$1
  name=$1
  shift
  if [ -e "$target" ]; then
    newer=$(find . -maxdepth 2 \( -name '*.[ch]' -o -name build.sh \) -newer "$target")
    [ -n "$newer" ] || return 0
  fi
  mkdir -p "$directory"
  # No paths, times or build ids go in. Warnings are errors; with another compiler, CFLAGS can be set.
  # shellcheck disable=SC2086 # flags are words
  "$compiler" -std=c17 ${CFLAGS:--O2 -Wall -Wextra -Wshadow -Wformat=2 -Wvla -Wdate-time -Werror} $hardening \
    -ffile-prefix-map="$PWD"=. -Wl,--build-id=none $strip -o "$directory/.$name.$$" "$@"
  mv -f "$directory/.$name.$$" "$target"
}

build_all() {
  for_architecture "$1"
  if ! command -v "$compiler" >/dev/null 2>&1; then
    echo "runtime/build.sh: no C compiler for $1 ($compiler); on Debian: apt-get install $package" >&2
    return 1
  fi
  # shellcheck disable=SC2086 # sources are words
  build bulkhead-runc $runc_sources
  build bulkhead-probe bulkhead-probe.c probe-operations.c probe-global.c probe-local.c probe-socket.c
}

# compiles FLAG : whether the compiler can build a program with that flag.
compiles() {
  echo 'int main(void) { return 0; }' | "$compiler" "$1" -x c -o /dev/null - 2>/dev/null
}

# for_tests SANITIZERS : clang with sanitizers that end the program at their first finding.
for_tests() {
  strip=
  compiler=clang-19 package='clang-19 libclang-rt-19-dev'
  command -v "$compiler" >/dev/null 2>&1 || compiler=clang
  hardening="-fsanitize=$1 -fno-sanitize-recover=all -fno-omit-frame-pointer -g"
  if ! compiles -fsanitize=address; then
    echo "runtime/build.sh: sanitizers need clang with its runtime; on Debian: apt-get install $package" >&2
    exit 1
  fi
}

case ${1:-} in
  fuzzer)
    for_tests fuzzer,address,undefined
    directory=build/sanitized
    build plan-fuzzer fuzz/plan-fuzzer.c invocation.c plan.c plan-operations.c plan-fields.c
    ;;
  sanitized)
    for_tests address,undefined
    directory=build/sanitized
    # shellcheck disable=SC2086 # sources are words
    build bulkhead-runc $runc_sources
    ;;
  '') build_all "$native" ;;
  all)
    build_all "$native"
    for_architecture "$other"
    if compiles -static; then
      build_all "$other"
    else
      echo "Nothing is built for $other: install a cross compiler with its C library (Debian: $package)"
    fi
    ;;
  *) build_all "$1" ;;
esac
