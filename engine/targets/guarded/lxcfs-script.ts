export const lxcfsProgram = '/usr/bin/lxcfs';

/**
 * Mounts that an earlier lxcfs left go, lazily: readers of a killed one get errors then, but don't hang; one
 * that outlived its supervisor serves the containers that have its files, and ends of itself when the last of
 * them is gone. It serves from a mount namespace of its own, in which process 1 looks like itself: where a
 * machine keeps even root from looking at process 1, lxcfs would refuse everybody. Its file system appears
 * here through the one directory that both namespaces share. No user of the machine gets there: lxcfs would
 * read for him, as root, what the machine keeps from him (/proc/slabinfo).
 *
 * `launcher` stands before lxcfs; the directory that it runs in is the script's first argument.
 */
export const lxcfsScript = (launcher = ''): string => `set -eu
for mounted in "$1/shared/files" "$1/shared"; do while umount -c -l "$mounted" 2>/dev/null; do :; done; done
mkdir -p "$1/shared/files"; chmod 0700 "$1"; rm -f "$1/pid"
mount --bind "$1/shared" "$1/shared"; mount --make-private "$1/shared"; mount --make-shared "$1/shared"
exec unshare --mount --propagation unchanged -- sh -euc 'mount --make-rprivate /proc
  mount --bind "/proc/$$/personality" /proc/1/personality || true
  exec ${launcher}${lxcfsProgram} -f -l --runtime-dir="$1" --pidfile="$1/pid" "$1/shared/files"' sh "$1"`;
