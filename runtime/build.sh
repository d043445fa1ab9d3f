#!/bin/sh
# Builds runtime/build/bulkhead-runc and, where its source exists, runtime/build/bulkhead-probe: small static programs. Nothing to do: quick.
set -eu
cd "$(dirname "$0")"
CC=${CC:-gcc}
CFLAGS=${CFLAGS:--std=c17 -Wall -Wextra -Werror -O2 -static}

if ! command -v "$CC" >/dev/null 2>&1; then
  echo "runtime/build.sh: no C compiler: install one (Debian: apt-get install gcc libc6-dev)" >&2
  exit 1
fi

# build NAME SOURCE… : compiles unless NAME is newer than every source, header and this script.
build() {
  name=$1
  shift
  if [ -e "build/$name" ] && [ -z "$(find . -maxdepth 1 \( -name '*.[ch]' -o -name build.sh \) -newer "build/$name")" ]; then return 0; fi
  mkdir -p build
  # shellcheck disable=SC2086 # flags are words
  "$CC" $CFLAGS -o "build/.$name.$$" "$@"
  mv -f "build/.$name.$$" "build/$name"
}

build bulkhead-runc bulkhead-runc.c cgroup.c check.c log.c mounts.c plan.c planner-client.c
if [ -e bulkhead-probe.c ]; then build bulkhead-probe bulkhead-probe.c; fi
