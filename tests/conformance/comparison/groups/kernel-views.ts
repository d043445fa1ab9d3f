import type { Group } from '../group.ts';

/** /proc, /sys and /dev as seen inside, and the effects of `docker run`'s options on them. */
export const kernelViews: readonly Group[] = [
  {
    of: '/proc, /sys, /dev',
    run: '',
    snippets: {
      '/dev': "ls -l /dev | awk 'NR > 1 {print $1, $3, $4, $(NF-2), $(NF-1), $NF}' | awk '{print $1, $NF}'",
      'owners in /dev':
        'stat -c %u:%g /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty | sort -u',
      'owners of links and directories in /dev':
        'stat -c "%n %u:%g" /dev/fd /dev/stdin /dev/ptmx /dev/pts /dev/shm',
      '/dev/pts': "ls -l /dev/pts | awk 'NR > 1 {print $1, $3, $4, $NF}'",
      '/dev/shm': 'stat -c "%u %g %a" /dev/shm; df -k /dev/shm | awk \'NR == 2 {print $2}\'',
      '/dev/mqueue': 'stat -c "%u %a" /dev/mqueue',
      'group of /dev/mqueue': 'stat -c %g /dev/mqueue',
      'mount points in order':
        'awk \'$5 !~ "^/dev/(null|zero|full|random|urandom|tty)$" {print $5}\' /proc/self/mountinfo',
      'mounts of devices':
        'awk \'$5 ~ "^/dev/(null|zero|full|random|urandom|tty)$" {print $5, ' +
        "$6}' /proc/self/mountinfo | sort",
      'id-mapped mounts': "awk '$6 ~ /idmapped/ {print $5}' /proc/self/mountinfo",
      'options of mounts':
        'awk \'$5 !~ "^/dev/(null|zero|full|random|urandom|tty)$|/keys|/timer_list" {print $5, ' +
        "$6}' /proc/self/mountinfo | sed s/,idmapped// | sort",
      'types of file systems':
        'awk \'$2 !~ "^/dev/(null|zero|full|random|urandom|tty)$|/keys|/timer_list|/interrupts" {print $2, ' +
        "$3}' /proc/self/mounts | sort",
      'what hides files': 'awk \'$2 ~ "/keys|/timer_list|/interrupts" {print $2, $3}\' /proc/self/mounts',
      propagation: 'grep -c -E "shared:|master:" /proc/self/mountinfo; :',
      'super options of /dev':
        'awk \'$2 == "/dev" || $2 == "/dev/pts" || $2 == "/dev/shm" {print $2, $4}\' /proc/mounts | ' +
        'sed -E "s/,?[ug]id=[0-9]*//g"',
      'owners among mount options': 'awk \'$2 == "/dev" {print $4}\' /proc/mounts | tr , "\\n" | grep id=; :',
      "options of the root's overlay": 'awk \'$2 == "/" {print $4}\' /proc/mounts | tr , "\\n" | grep -v dir',
      limits: 'cat /proc/self/limits',
      oom_score_adj: 'cat /proc/self/oom_score_adj',
      'lowering oom_score_adj': '! sh -c "echo -500 >/proc/self/oom_score_adj"',
      cgroup: 'cut -d: -f2,3 /proc/self/cgroup',
      'namespaces that there are': 'ls /proc/self/ns',
      attr: 'cat /proc/self/attr/current 2>&1 | head -1; :',
      'command line': 'tr "\\0" " " </proc/1/cmdline',
      environ: 'tr "\\0" "\\n" </proc/self/environ | grep -v HOSTNAME | sort',
      'root link': 'readlink /proc/self/root; readlink /proc/self/cwd',
      executable: 'readlink /proc/1/exe',
      'mounts link': 'readlink /proc/mounts',
      setgroups: 'cat /proc/self/setgroups',
      uid_map: 'cat /proc/self/uid_map',
      loginuid: 'cat /proc/self/loginuid',
      'masked files':
        'for f in kcore keys timer_list sched_debug; do [ ! -e /proc/$f ] || ' +
        'stat -c "%n %F %t %T" /proc/$f; done',
      'masked directories': 'ls -A /proc/acpi /sys/firmware 2>&1',
      'read-only parts': "awk '$4 ~ /^ro/ {print $2}' /proc/mounts | sort",
      processors: 'grep -c ^processor /proc/cpuinfo; nproc',
      memory: 'awk \'$1 == "MemTotal:" {print $2}\' /proc/meminfo',
      version: 'uname -sr; cat /proc/version',
      load: "awk '{print NF}' /proc/loadavg",
      uptime: "awk '{print NF}' /proc/uptime",
      stat: 'grep -c ^cpu /proc/stat',
      filesystems: 'cat /proc/filesystems',
      'modes of /proc files':
        'stat -c "%n %a" /proc/cpuinfo /proc/sys/kernel/hostname /proc/self/status /proc/net/tcp',
      'owner of its own /proc files': 'stat -c "%u %g" /proc/self/status /proc/net/tcp',
      "owner of the machine's /proc files": 'stat -c "%u %g" /proc/cpuinfo /proc/sys/kernel/hostname',
      'sysctls of the network':
        'cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_unprivileged_port_start ' +
        '/proc/sys/net/core/somaxconn',
      'range of ping': 'cat /proc/sys/net/ipv4/ping_group_range',
      'sysctls of the kernel':
        'cat /proc/sys/kernel/ostype /proc/sys/kernel/shmmax /proc/sys/kernel/msgmax ' +
        '/proc/sys/kernel/pid_max',
      'writing sysctls':
        '! sh -c "echo 1 >/proc/sys/net/ipv4/ip_forward"; ! sh -c "echo x >/proc/sys/kernel/hostname"',
      'overflow id': 'cat /proc/sys/kernel/overflowuid',
      'sysctl -a': "sysctl -a 2>/dev/null | grep -c ^net.ipv4 | awk '{print ($1 > 100)}'",
      '/sys': 'ls /sys',
      '/sys/class/net': 'ls /sys/class/net',
      "/sys can't be written": '! touch /sys/x; ! sh -c "echo 1 >/sys/class/net/lo/mtu"',
      '/sys/fs/cgroup': 'ls /sys/fs/cgroup | sort',
      "cgroup files can't be written": '! mkdir /sys/fs/cgroup/memory/x',
      'reading its limit':
        'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max',
      'owner of cgroup files': 'stat -c "%u %g %a" /sys/fs/cgroup',
      '/sys/block': 'ls /sys/block | wc -l',
      '/sys/kernel': 'ls /sys/kernel | sort',
      'every readable file below /sys/class/net/lo':
        'find /sys/class/net/lo/ -maxdepth 1 -type f | sort | while read -r f; ' +
        'do cat $f >/dev/null 2>&1 && echo $f; done | wc -l',
      '/dev/null, zero, full, random':
        'echo x >/dev/null; head -c3 /dev/zero | od -An -tx1; ! sh -c "echo x >/dev/full"; ' +
        'head -c4 /dev/urandom | wc -c',
      '/dev/tty without one': '! sh -c "echo x >/dev/tty"',
      '/dev/fd, stdin, stdout': 'for l in fd stdin stdout stderr core ptmx; do readlink /dev/$l; done',
      '/dev/console': 'ls /dev/console; :',
      'no disks': '! ls /dev/sda /dev/vda /dev/loop0 /dev/mem /dev/kmsg',
      'making things in /dev': 'touch /dev/x && ln -s null /dev/y && rm /dev/x /dev/y',
      'a file in /dev/shm': 'echo s >/dev/shm/s; stat -c "%u %a" /dev/shm/s',
      'hostname is the id': 'hostname | tr 0-9a-f x',
      '/etc/hosts': 'cat /etc/hosts',
      '/etc/resolv.conf': 'grep -v "^#" /etc/resolv.conf; echo "# mine" >>/etc/resolv.conf',
      '/etc/hosts can be written': 'echo "10.1.1.1 added" >>/etc/hosts; grep -c added /etc/hosts',
      '/etc/hostname': 'stat -c "%u %g %a" /etc/hostname; echo x >/etc/hostname',
      'replacing /etc/hosts': '! mv /etc/hosts /etc/hosts.old',
      '/.dockerenv': 'stat -c "%u %g %a %s" /.dockerenv',
    },
  },
  {
    of: 'limits and sysctls',
    run:
      '--ulimit nofile=100:200 --ulimit core=0 --ulimit nproc=500:600 --sysctl net.ipv4.ip_forward=1 ' +
      '--sysctl net.core.somaxconn=77 --sysctl kernel.shmmax=123456 --sysctl kernel.msgmax=9000 --sysctl ' +
      'net.ipv4.ping_group_range="0 0" --shm-size 4m --pids-limit 60 -m 64m --oom-score-adj 200 ' +
      '--cpuset-cpus 0 --cpu-shares 300 --hostname boxed --domainname test.local --stop-signal USR1',
    snippets: {
      'open files': 'ulimit -n; ulimit -Hn',
      cores: 'ulimit -c',
      limits: 'cat /proc/self/limits',
      forwarding: 'cat /proc/sys/net/ipv4/ip_forward',
      somaxconn: 'cat /proc/sys/net/core/somaxconn',
      shmmax: 'cat /proc/sys/kernel/shmmax',
      msgmax: 'cat /proc/sys/kernel/msgmax',
      'range of ping': 'cat /proc/sys/net/ipv4/ping_group_range',
      'size of /dev/shm':
        "df -k /dev/shm | awk 'NR == 2 {print $2}'; " +
        '! dd if=/dev/zero of=/dev/shm/x bs=1M count=5 2>/dev/null',
      'memory limit':
        'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max',
      'pids limit': 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max',
      'processor set': 'nproc; grep Cpus_allowed_list /proc/self/status',
      'oom score': 'cat /proc/self/oom_score_adj',
      'host name': 'hostname; hostname -f; cat /etc/hostname',
      'domain of the kernel': 'cat /proc/sys/kernel/domainname',
    },
  },
  {
    of: 'devices',
    run:
      '--device /dev/null:/dev/nil --device /dev/fuse --device /dev/zero:/dev/nought:r --device ' +
      '/dev/net/tun',
    snippets: {
      'their modes': 'stat -c "%n %F %t %T %a" /dev/nil /dev/fuse /dev/nought /dev/net/tun',
      'their owners': 'stat -c "%u %g" /dev/nil',
      reading: 'head -c2 /dev/nought | od -An -tx1',
      writing: 'echo x >/dev/nil',
      opening: ': <>/dev/fuse; : <>/dev/net/tun',
    },
  },
  {
    of: 'devices by other names',
    snippets: {
      'of a file of the machine':
        'docker run --rm --device /dev/null:/usr/lib/os-release compared sh -c "cat ' +
        '/usr/lib/os-release; stat -c %F,%t,%T /usr/lib/os-release"',
      'below a directory':
        'docker run --rm --device /dev/zero:/a/b/c compared sh -c "head -c1 /a/b/c | od -An -tx1"',
      'what is not there': '! docker run --rm --device /dev/nothere compared true 2>/dev/null',
    },
  },
  {
    of: '--read-only --tmpfs',
    run: '--read-only --tmpfs /t --tmpfs /s:size=1m,mode=700,uid=33,gid=2000,noexec --tmpfs /run:rw,exec',
    snippets: {
      root: '! touch /x; ! rm /own/33',
      'remounting root': '! mount -o remount,rw /',
      'the default':
        'grep " /t " /proc/mounts | cut -d" " -f4 | sed -E "s/,?[ug]id=[0-9]*//g"; ' +
        'stat -c "%u %g %a" /t; touch /t/a',
      'size, mode, owner':
        'stat -c "%u %g %a" /s; df -k /s | awk \'NR == 2 {print $2}\'; ' +
        'grep " /s " /proc/mounts | cut -d" " -f4 | sed -E "s/,?[ug]id=[0-9]*//g"',
      noexec: 'cp /bin/busybox /s/b; ! /s/b true',
      exec: 'cp /bin/busybox /run/busybox; /run/busybox true',
      'what is still writable': 'touch /dev/shm/a /dev/b; ! sh -c "echo x >>/etc/hosts"',
    },
  },
  {
    of: '--init',
    run: '--init',
    snippets: {
      'process 1': 'cat /proc/1/comm',
      'its command line': 'tr "\\0" " " </proc/1/cmdline',
      'the program': 'stat -c "%u %g %a" /sbin/docker-init',
      'orphans are reaped': '(sleep .1 & exec true); sleep .3; ps -o stat,comm | grep -c Z; :',
      'mount of init': 'grep docker-init /proc/self/mountinfo | cut -d" " -f5,6 | sed s/,idmapped//',
    },
  },
  {
    of: 'systempaths=unconfined',
    run: '--security-opt systempaths=unconfined',
    snippets: {
      'mounts on /proc': 'grep -c " /proc/" /proc/mounts; :',
      '/proc/keys': 'wc -l </proc/keys >/dev/null',
      '/sys/firmware': 'ls /sys/firmware >/dev/null',
      'writing a sysctl': '! sh -c "echo 1 >/proc/sys/net/ipv4/ip_forward"',
    },
  },
];
