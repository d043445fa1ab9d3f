import type { Group } from '../group.ts';

const each = (
  names: readonly (string | number)[],
  snippet: (name: string | number) => string,
  title: (name: string | number) => string,
) => Object.fromEntries(names.map((name) => [title(name), snippet(name)]));

/** Owners, modes, attributes and capabilities of files, as seen and as created inside. */
export const ownerships: readonly Group[] = [
  {
    of: 'files of the image',
    run: '',
    snippets: {
      ...each(
        [0, 1, 33, 1000, 65534, 65535, 65536, 70000, 100000],
        (id) => `stat -c '%u %g %a %s' /own/${id}`,
        (id) => `owned by ${id}`,
      ),
      ...each(
        ['0000', '0400', '0444', '0600', '0666', '0755', '1777', '2755', '4755', '6711'],
        (mode) => `stat -c '%u %g %a' /own/mode-${mode}; cat /own/mode-${mode}`,
        (mode) => `mode ${mode}`,
      ),
      ...each(
        ['2775', '1777', '0700'],
        (mode) => `stat -c '%u %g %a %F' /own/dir-${mode}`,
        (mode) => `directory ${mode}`,
      ),
      'names of owners': "ls -l /own | awk '$9 !~ /^(65536|70000|100000)$/ {print $3, $4, $9}'",
      'the root directory': 'stat -c "%u %g %a" /',
      'what is in the root directory': 'ls -A /',
      'directories the engine makes':
        'stat -c "%n %u %g %a" /dev /etc /etc/hosts /etc/hostname /etc/resolv.conf; stat -c %a /proc /sys',
      'owner of /proc and /sys': 'stat -c "%u %g" /proc /sys',
      'a symbolic link': 'stat -c "%u %g %N" /links/symbolic; cat /links/symbolic',
      'a dangling link': '! cat /links/dangling',
      'a hard link': 'stat -c "%h" /links/hard; [ /links/hard -ef /own/33 ]',
      'a pipe': 'stat -c "%F %a" /links/pipe; echo through >/links/pipe & cat /links/pipe',
      'a device node in the image': 'stat -c "%F %t %T %a" /links/null; echo x >/links/null',
      'an old time': 'stat -c %y /own/old',
      'setuid programs': 'stat -c "%n %u %g %a" /suid/*',
      'file capabilities': 'getcap /cap/*',
      'user attributes': '/bin/getfattr --absolute-names -n user.note /own/attributes',
      'trusted attributes': '/bin/getfattr --absolute-names -n trusted.note /own/attributes; :',
      'all attributes':
        '/bin/getfattr --absolute-names -d -m - /own/attributes /cap/ping | grep -v capability; :',
      'df of the root': "df / | awk 'NR == 2 {print $6}'",
      'the mode of /tmp': 'stat -c "%u %g %a" /tmp',
      'find by owner': 'find /own -user 33 | sort; find /own -group 2000 | sort; find /own -nouser | sort',
      "du of the image's files": 'find /own -type f | wc -l',
    },
  },
  {
    of: 'files made inside',
    run: '',
    snippets: {
      'a new file': 'touch /tmp/a; stat -c "%u %g %a" /tmp/a',
      'a new file under a umask': 'umask 077; touch /tmp/b; mkdir /tmp/bd; stat -c "%a" /tmp/b /tmp/bd',
      ...each(
        [1, 33, 1000, 65534, 65535],
        (id) => `touch /tmp/c${id}; chown ${id}:${id} /tmp/c${id}; stat -c "%u %g" /tmp/c${id}`,
        (id) => `chown to ${id}`,
      ),
      'chown to 65536': 'touch /tmp/d; chown 65536 /tmp/d; stat -c "%u" /tmp/d',
      'chown to 1000000': 'touch /tmp/e; chown 1000000:1000000 /tmp/e; stat -c "%u" /tmp/e',
      'chown of a file of the image': 'chown 33:2000 /own/1000; stat -c "%u %g" /own/1000',
      'chown of a link itself': 'chown -h 1:1 /links/dangling; stat -c "%u %g" /links/dangling',
      'chown clears setuid': 'cp /suid/id /tmp/f; chmod 4755 /tmp/f; chown 33 /tmp/f; stat -c %a /tmp/f',
      'a copied setuid program': 'cp /suid/id /tmp/aa; stat -c %a /tmp/aa',
      'a setuid program that is written to':
        'cp /suid/id /tmp/bb; chmod 6755 /tmp/bb; echo >>/tmp/bb; stat -c %a /tmp/bb',
      'a setuid program copied with its mode':
        'cp -p /suid/id /tmp/cc; tar -C / -cf - suid/id | tar -C /tmp -xf -; stat -c %a /tmp/cc /tmp/suid/id',
      'chown clears capabilities':
        'cp /cap/ping /tmp/g; setcap cap_net_raw=ep /tmp/g; getcap /tmp/g; chown 33 /tmp/g; getcap /tmp/g',
      'chmod setuid, setgid, sticky':
        'touch /tmp/h; for m in 4755 2755 1755 7777; do chmod $m /tmp/h; stat -c %a /tmp/h; done',
      'chmod of a file of the image': 'chmod 640 /own/mode-0666; stat -c %a /own/mode-0666',
      'a file in a setgid directory':
        'touch /own/dir-2775/new; stat -c "%u %g" /own/dir-2775/new; mkdir /own/dir-2775/sub; ' +
        'stat -c "%a %g" /own/dir-2775/sub',
      'reading what root may and others may not': 'cat /own/mode-0000 /own/dir-0700/in',
      'removing a file of the image': 'rm /own/33; ! ls /own/33',
      'renaming a file of the image': 'mv /own/1 /own/one; stat -c "%u %g" /own/one',
      'renaming a directory of the image': 'mv /volume /volume2 && stat -c "%u %g" /volume2/sub/of-app',
      'an opaque directory': 'rm -rf /own/dir-1777; mkdir /own/dir-1777; ls -A /own/dir-1777',
      'hard links':
        'echo x >/tmp/i; ln /tmp/i /tmp/j; stat -c %h /tmp/i; ln /own/attributes /tmp/k; stat -c %h /tmp/k',
      'a pipe and a socket': 'mkfifo /tmp/l; stat -c "%F %u" /tmp/l; nc -lU /tmp/m 2>/dev/null & :',
      setcap: 'cp /bin/busybox /tmp/n; setcap cap_chown=ep /tmp/n; getcap /tmp/n',
      'setcap of several':
        'cp /bin/busybox /tmp/o; setcap cap_net_bind_service,cap_setuid=eip /tmp/o; getcap -v /tmp/o',
      'setcap -r':
        'cp /bin/busybox /tmp/p; setcap cap_chown=ep /tmp/p; setcap -r /tmp/p; getcap /tmp/p; ' +
        '! setcap -r /own/33',
      'a user attribute':
        'echo x >/tmp/q; setfattr -n user.a -v b /tmp/q; ' +
        '/bin/getfattr --only-values -n user.a --absolute-names /tmp/q',
      'a trusted attribute': '! setfattr -n trusted.a -v b /tmp/q',
      'a security attribute': '! setfattr -n security.other -v b /tmp/q',
      'copying up keeps attributes':
        'echo more >>/own/attributes; /bin/getfattr --only-values -n user.note --absolute-names ' +
        '/own/attributes',
      'cp -a keeps owners': 'cp -a /own/dir-0700 /tmp/r; stat -c "%u %g %a" /tmp/r /tmp/r/in',
      'tar keeps owners':
        'tar -C / -cf /tmp/s.tar own/65534 own/65535 own/1000; mkdir /tmp/s; ' +
        'tar -C /tmp/s -xf /tmp/s.tar; stat -c "%n %u %g" /tmp/s/own/*',
      'a sparse file': 'truncate -s 10M /tmp/t; stat -c %s /tmp/t; du -k /tmp/t | cut -f1',
      times: 'touch -d "2010-01-02 03:04:05" /tmp/u; stat -c %Y /tmp/u',
      'a file system that is full of nothing':
        'dd if=/dev/zero of=/tmp/v bs=1M count=5 2>/dev/null; stat -c %s /tmp/v; sync',
      locks: 'touch /tmp/w; (flock -n 9 && echo locked) 9>/tmp/w 2>&1 || echo no flock here',
      'mknod of a device that is allowed': 'mknod /tmp/x c 1 3 && stat -c "%F" /tmp/x',
      'mknod of a disk': 'mknod /tmp/y b 8 0; ! cat /tmp/y',
      'O_TMPFILE and fallocate': 'fallocate -l 1000 /tmp/z && stat -c %s /tmp/z',
    },
  },
  {
    of: 'files as a user',
    run: '-u app',
    snippets: {
      'whose a new file is': 'touch /tmp/a; stat -c "%u %g" /tmp/a',
      home: 'touch /home/app/x && stat -c "%u %g" /home/app/x',
      'no chown': '! chown 33 /home/app',
      "no chmod of others' files": '! chmod 777 /own/33',
      "no reading of root's files": '! cat /own/mode-0400; ! ls /root',
      'own directory': 'cat /own/dir-0700/in',
      'chgrp to a group of their own': 'touch /tmp/b; chgrp team /tmp/b; stat -c %g /tmp/b',
      'group rights': 'touch /own/dir-2775/y; stat -c "%u %g" /own/dir-2775/y',
      'sticky directory':
        '! rm -f /tmp/../own/dir-1777/none/x; touch /own/dir-1777/mine; rm /own/dir-1777/mine',
      'a setuid program': '/suid/id',
      'a setuid program of their own': '/suid/cat /proc/self/status | grep ^Uid',
      'a setgid program': '/suid/gid -g',
      'a file capability reads what only root may': '/cap/cat /own/mode-0000; :',
      'inherited capabilities are none': '/cap/three -h >/dev/null 2>&1; grep CapEff /proc/self/status',
      'ping by capability': '/cap/ping -c1 -W2 127.0.0.1 | grep -c "1 packets received"',
      'ping without': '! ping -c1 -W2 127.0.0.1',
      'su without a password': '! su root -c id </dev/null',
      'writing /etc': '! touch /etc/new; ! sh -c "echo x >>/etc/hosts"',
    },
  },
];
