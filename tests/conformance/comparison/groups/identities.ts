import type { Group } from '../group.ts';

const capabilities = 'grep ^Cap /proc/self/status';

/** Users, groups and capabilities of running processes. */
export const identities: readonly Group[] = [
  {
    of: 'root by default',
    run: '',
    snippets: {
      id: 'id',
      '/suid/id says the same': '/suid/id',
      whoami: 'whoami',
      groups: 'groups',
      home: 'echo "$HOME"',
      'ids in status': 'grep -E "^(Uid|Gid|Groups)" /proc/self/status',
      capabilities: capabilities,
      'bounding set': 'capsh --print | grep -E "^(Bounding|Current)"',
      securebits: 'capsh --print | grep -i -A1 securebits',
      'no new privileges, seccomp': 'grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status',
      'owner of its process': 'stat -L -c "%u %g" /proc/1 /proc/self',
      'owner of its descriptors': 'stat -L -c "%u" /proc/self/fd/1; stat -c "%u %a" /proc/self/fd',
      umask: 'umask',
      'renice upwards': 'renice -n 5 $$ && cut -d" " -f19 /proc/self/stat',
      'a higher priority': '! renice -n -5 $$',
      'setuid to anybody': 'setpriv --reuid 1000 --regid 1000 --clear-groups id 2>&1 || su app -c id',
      'su to a user': 'su app -c id',
      'su to a user with groups': 'su app -c "id -G"',
      'su to web': 'su web -c "touch /tmp/w; stat -c %u /tmp/w"',
      'process 1': 'echo $$; cat /proc/1/comm',
      "sending signals to users' processes": 'su app -c "exec sleep 100" & sleep .2; kill $! && echo killed',
      chroot: 'chroot / /bin/id -u',
      unshare: '! unshare -m true',
      'a user namespace': '! unshare -U true',
      mount: '! mount -t tmpfs none /tmp',
      umount: '! umount /proc',
      hostname: '! hostname other',
      'kernel messages': '! dmesg',
      'the clock': 'date -s 2030-01-01 2>&1 >/dev/null | grep -c "not permitted"',
      modules: '! insmod /tmp/none',
      reboot: '! reboot -f',
      swap: '! swapoff -a /tmp/x',
      'raw sockets': 'ping -c1 -W2 127.0.0.1 >/dev/null && echo pinged',
      'network administration': '! ip link add d0 type dummy',
      'a port below 1024':
        'nc -l -p 80 -w 30 >/dev/null 2>&1 & n=0; until netstat -ltn | grep -q :80; do n=$((n+1)); ' +
        '[ $n -lt 100 ] || exit 1; usleep 50000; done; netstat -ltn | grep -c :80',
      'keyring of the session': 'cat /proc/keys | wc -l',
      personality: 'linux64 uname -m',
    },
  },
  {
    of: '-u 1000',
    run: '-u 1000',
    snippets: {
      id: 'id',
      capabilities: capabilities,
      home: 'echo $HOME',
      status: 'grep -E "^(Uid|Gid|Groups)" /proc/self/status',
      'terminal and streams': 'stat -L -c %u /proc/self/fd/1; echo x >/dev/stdout; echo y >/dev/stderr',
      '/dev/null': 'echo x >/dev/null; cat /dev/null',
      'a port below 1024':
        'nc -l -p 80 -w 30 >/dev/null 2>&1 & n=0; until netstat -ltn | grep -q :80; do n=$((n+1)); ' +
        '[ $n -lt 100 ] || exit 1; usleep 50000; done; netstat -ltn | grep -c :80',
    },
  },
  {
    of: '-u 1000:33 --group-add team --group-add 7',
    run: '-u 1000:33 --group-add team --group-add 7',
    snippets: {
      id: 'id',
      'group rights': 'cat /volume/of-33 || ls -ld /volume',
      'new files': 'touch /tmp/a; stat -c "%u %g" /tmp/a',
    },
  },
  { of: '-u app', run: '-u app', snippets: { id: 'id', home: 'echo $HOME; cd ~ && pwd' } },
  { of: '-u web:team', run: '-u web:team', snippets: { id: 'id', rights: 'cat /volume/of-33' } },
  {
    of: '-u 65535',
    run: '-u 65535:65535',
    snippets: { id: 'id', 'new files': 'touch /tmp/a; stat -c "%u %g" /tmp/a' },
  },
  {
    of: 'users the engine refuses',
    snippets: {
      'a user that is not there': '! docker run --rm -u nobodyatall compared true',
      'a group that is not there': '! docker run --rm -u app:nogroupatall compared true',
      'a user id above the range': 'docker run --rm -u 70000 compared id -u',
      'too large an id': '! docker run --rm -u 4294967296 compared true',
      'a negative id': '! docker run --rm -u -5 compared true',
      'su inside, exit code': 'docker run --rm -u app compared su root -c true </dev/null; [ $? -ne 0 ]',
    },
  },
  {
    of: '--cap-drop ALL',
    run: '--cap-drop ALL',
    snippets: {
      capabilities: capabilities,
      chown: '! chown 1 /tmp',
      "others' files": '! cat /own/mode-0000; ! touch /home/app/x',
      setuid: '! su app -c id',
      'ping by file capability': '! /cap/ping -c1 -W1 127.0.0.1',
      kill: 'sleep 100 & kill $!',
    },
  },
  {
    of: '--cap-drop ALL --cap-add CHOWN --cap-add SETUID',
    run: '--cap-drop ALL --cap-add CHOWN --cap-add SETUID',
    snippets: {
      capabilities: capabilities,
      chown: 'touch /tmp/a; chown 5 /tmp/a; stat -c %u /tmp/a',
      'chmod afterwards': '! chmod 600 /tmp/a',
    },
  },
  {
    of: '--cap-add NET_ADMIN',
    run: '--cap-add NET_ADMIN',
    snippets: {
      capabilities: capabilities,
      'a route': 'ip route add 10.81.0.0/16 dev eth0 && ip route | grep -c 10.81',
      'a bridge and veth':
        'ip link add b0 type bridge && ip link add v0 type veth peer name v1 && ' +
        'ip link set v0 master b0 && ls /sys/class/net | sort',
    },
  },
  {
    of: '--cap-add SYS_ADMIN',
    run: '--cap-add SYS_ADMIN',
    snippets: {
      capabilities: capabilities,
      'mount of a tmpfs': 'mkdir /m; mount -t tmpfs none /m && touch /m/a && umount /m',
      'a bind mount': 'mkdir -p /n; mount --bind /own /n && ls /n/33 && umount /n',
      hostname: 'hostname other; hostname',
      unshare: 'unshare -m true && unshare -u hostname',
      'proc stays read-only in parts':
        '! sh -c "echo 1 >/proc/sys/kernel/sysrq"; ! sh -c "echo b >/proc/sysrq-trigger"',
    },
  },
  {
    of: '--cap-add SYS_PTRACE, SYS_NICE, SYS_TIME',
    run: '--cap-add SYS_PTRACE --cap-add SYS_NICE --cap-add SYS_TIME --cap-add IPC_LOCK',
    snippets: {
      capabilities: capabilities,
      "others' environment":
        'sleep 9 & n=0; until tr "\\0" "\\n" </proc/$!/environ | grep ^PATH; do n=$((n+1)); ' +
        '[ $n -lt 100 ] || exit 1; usleep 50000; done',
    },
  },
  {
    of: '-u app --cap-add NET_RAW --cap-add SYS_ADMIN',
    run: '-u app --cap-add NET_RAW --cap-add SYS_ADMIN',
    snippets: { capabilities: capabilities, mount: '! mount -t tmpfs none /tmp' },
  },
  {
    of: 'no-new-privileges',
    run: '--security-opt no-new-privileges',
    snippets: {
      status: 'grep NoNewPrivs /proc/self/status',
      'setuid as a user': 'su app -c /suid/id',
      'capability of a file': 'su app -c "! /cap/cat /own/mode-0000"',
    },
  },
  {
    of: 'seccomp=unconfined',
    run: '--security-opt seccomp=unconfined',
    snippets: {
      status: 'grep ^Seccomp: /proc/self/status',
      'a user namespace': 'unshare -U id -u',
      'its own root': 'unshare -r id -u',
      'mounting in it': 'unshare -rm mount -t tmpfs none /tmp && echo mounted',
    },
  },
  {
    of: '--privileged',
    run: '--privileged',
    snippets: {
      id: 'id',
      capabilities: capabilities,
      seccomp: 'grep ^Seccomp: /proc/self/status',
      'mount of tmpfs, proc, sysfs':
        'mkdir /m; for t in tmpfs proc sysfs; do mount -t $t none /m && umount /m && echo $t; done',
      'a bind mount': 'mkdir /n; mount --bind /own /n && umount /n',
      'an overlay':
        'mkdir /t; mount -t tmpfs none /t; mkdir /t/u /t/w /t/m; ' +
        'mount -t overlay -o lowerdir=/own,upperdir=/t/u,workdir=/t/w none /t/m && touch /t/m/new && ' +
        'ls /t/u',
      'a mount of mqueue': 'mkdir /q; mount -t mqueue none /q && echo mounted',
      'cgroups can be written': "awk '$3 ~ /^cgroup/ {print $3}' /proc/mounts | sort -u",
      'masked paths are not masked': 'grep -c " /proc/[a-z-]* tmpfs" /proc/mounts; :',
      '/proc/sys is writable': 'echo 1 >/proc/sys/net/ipv4/ip_forward && cat /proc/sys/net/ipv4/ip_forward',
      'a new network': 'unshare -n ip link | grep -c lo:',
      'iptables-like: a bridge':
        'ip link add b0 type bridge && ip link set b0 up && cat /sys/class/net/b0/bridge/stp_state',
      hostname: 'hostname p; hostname',
      "/sys is writable where it is the container's":
        'grep " /sys sysfs" /proc/mounts | cut -d" " -f4 | cut -d, -f1',
      'all namespaces': 'unshare -m -u -i -n -p -f true',
      'loop and disk devices': 'ls /dev | grep -E "^(sd|vd|nvme|loop|dm-)" | grep -c . || :',
      'kernel log': 'dmesg >/dev/null',
      mknod: 'mknod /tmp/n c 1 3 && echo made',
      '/dev/kmsg': 'ls /dev/kmsg',
      '/dev/fuse and tun': 'ls /dev/fuse /dev/net/tun',
    },
  },
];
