export const lxcfsProgram = '/usr/bin/lxcfs';

/**
 * Lazily unmounts the mounts of an earlier lxcfs: readers of a killed one get errors then, but don't hang;
 * one that outlived its supervisor serves the containers that have its files, and exits when the last of them
 * is gone. It serves from a mount namespace of its own, in which process 1 has its own namespaces: on a
 * machine that keeps even root from inspecting process 1, lxcfs would otherwise refuse everybody. Its file
 * system appears here through the one directory that both namespaces share. No user of the machine can access
 * it: lxcfs would read, as root, files that the machine denies to users (/proc/slabinfo).
 *
 * `launcher` precedes lxcfs; the script's first argument is the directory that it runs in.
 */
export const lxcfsScript = (launcher = ''): string => `set -eu
for mounted in "$1/shared/files" "$1/shared"; do while umount -c -l "$mounted" 2>/dev/null; do :; done; done
mkdir -p "$1/shared/files"; chmod 0700 "$1"; rm -f "$1/pid"
mount --bind "$1/shared" "$1/shared"; mount --make-private "$1/shared"; mount --make-shared "$1/shared"
exec unshare --mount --propagation unchanged -- sh -euc 'mount --make-rprivate /proc
  mount --bind "/proc/$$/personality" /proc/1/personality || true
  exec ${launcher}${lxcfsProgram} -f -l --runtime-dir="$1" --pidfile="$1/pid" "$1/shared/files"' sh "$1"`;
