export const lxcfsProgram = '/usr/bin/lxcfs';

/**
 * Kills lxcfs when two successive reads of one of its files take longer than `limitMs`, since it would block
 * all readers in containers. The service manager starts it again. Runs before `lxcfsScript`, where no
 * supervisor watches lxcfs.
 *
 * It waits before the first read, which could otherwise reach an earlier lxcfs that hangs. The reader is a
 * background process, since a blocked one cannot be killed before lxcfs. These are no hangs: a read that
 * fails (lxcfs is not mounted), and a reader that has ended although its file `responded` could not be
 * written.
 *
 * Systemd's watchdog is not used: an upgrade that adds it to the unit of a running lxcfs, or removes the
 * unit, would kill lxcfs, and containers would lose its files.
 */
export const lxcfsHangWatch = (limitMs: number): string => `lxcfs=$$
mkdir -p -m 0700 "$1"
{
  sleep ${limitMs / 1000}
  late=0
  while [ "$late" -lt 2 ]; do
    rm -f "$1/responded"
    { read -r _ <"$1/shared/files/proc/uptime" || :; : >"$1/responded"; } 2>/dev/null &
    reader=$!
    sleep ${limitMs / 1000}
    if [ ! -e "$1/responded" ] && kill -0 "$reader" 2>/dev/null; then late=$((late + 1)); else late=0; fi
  done
  echo "lxcfs (pid $lxcfs) hangs; it is killed and started again" >&2
  kill -KILL "$lxcfs"
} &`;

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
