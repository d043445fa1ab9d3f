import type { Group } from '../group.ts';

/** Volumes, binds and tmpfs. */
export const mounts: readonly Group[] = [
  {
    of: 'volumes',
    before: 'docker volume create --label k=v $G-v',
    run: '-v $G-v:/v',
    snippets: {
      'an empty one': 'stat -c "%u %g %a" /v',
      'written by root': 'echo r >/v/r; stat -c "%u %g %a" /v/r',
      'owners set':
        'for u in 1 33 1000 65535; do touch /v/u$u; chown $u:$u /v/u$u; stat -c %u:%g /v/u$u; done',
      'setuid and setgid set':
        'cp /suid/id /v/id; chmod 4755 /v/id; mkdir /v/d; chmod 2770 /v/d; stat -c %a /v/id /v/d',
      'a capability set': 'cp /bin/busybox /v/ping; setcap cap_net_raw=ep /v/ping; getcap /v/ping',
      'an attribute set': 'setfattr -n user.x -v y /v/r',
      'a user may not': 'su app -c "! touch /v/x"',
      'a link and a pipe': 'ln -s r /v/l; mkfifo /v/pipe; mknod /v/s p',
      'hard links': 'ln /v/r /v/hard; stat -c %h /v/r',
      options: 'awk \'$5 == "/v" {print $6}\' /proc/self/mountinfo | sed s/,idmapped//',
      df: "df /v | awk 'NR == 2 {print $6}'",
      "over the engine's files": 'mkdir /v/.x; mv /v/.x /v/.y',
    },
    then: [
      {
        snippets: {
          "owners on the machine's side":
            'p=$(docker volume inspect -f "{{.Mountpoint}}" $G-v); for f in u1 u33 u1000 u65535 r d; ' +
            'do stat -c "%u %g %a" $p/$f; done',
          "capability on the machine's side":
            'getcap $(docker volume inspect -f "{{.Mountpoint}}" $G-v)/ping | sed "s#.*/##"',
        },
      },
      {
        run: '-v $G-v:/w',
        snippets: {
          'read by another container': 'cat /w/r; stat -c "%u %g %a" /w/r',
          'owners kept': 'stat -c "%n %u %g" /w/u1 /w/u33 /w/u1000 /w/u65535',
          'modes kept': 'stat -c "%n %a" /w/id /w/d',
          'a setuid program of another container': 'su app -c "/w/id -u"',
          'a capability of another container':
            'getcap /w/ping; su app -c "/w/ping -c1 -W2 127.0.0.1" | grep -c received',
          'attributes kept': '/bin/getfattr --absolute-names --only-values -n user.x /w/r',
          'links kept': 'stat -c "%N %F" /w/l /w/pipe; stat -c %h /w/r',
          deleting: 'rm /w/u1; ls /w',
          'changing the owner again': 'chown 65534 /w/u33; stat -c %u /w/u33',
          appending: 'echo more >>/w/r; cat /w/r',
        },
      },
      {
        run:
          '-v $G-v:/v:ro --mount type=volume,src=$G-v,dst=/w,readonly --mount ' +
          'type=volume,src=$G-v,dst=/s,volume-subpath=d',
        snippets: {
          'read-only': 'cat /v/r; ! touch /v/x',
          'read-only by --mount': '! touch /w/x; grep " /w " /proc/mounts | cut -d" " -f4 | cut -d, -f1',
          subpath: 'stat -c "%a" /s; touch /s/inner',
        },
      },
      {
        run: '-u app -v $G-v:/v -v $G-h:/home/app',
        snippets: {
          'as a user, of another': '! touch /v/x; ! rm /v/r; ! chmod 777 /v',
          'as a user, their own': 'echo x >>/v/u1000; chmod 600 /v/u1000; stat -c "%a" /v/u1000',
          "a user's copied home": 'touch /home/app/x; stat -c "%u %g" /home/app /home/app/x',
        },
      },
      {
        run:
          '-v $G-c:/volume -v $G-cap:/cap -v $G-s:/suid -v $G-o:/own -v $G-l:/links -v $G-new:/fresh/deep ' +
          '-v $G-n:/usr/nothing:nocopy',
        snippets: {
          'copy-up': 'stat -c "%n %u %g %a" /volume /volume/of-33 /volume/sub /volume/sub/of-app',
          'copy-up of capabilities':
            'getcap /cap/*; su app -c "/cap/ping -c1 -W2 127.0.0.1" | grep -c received',
          'copy-up of setuid': 'stat -c "%n %u %g %a" /suid/id /suid/cat /suid/gid; su web -c "/suid/id -u"',
          'copy-up of links': 'stat -c "%N %u" /links/symbolic /links/dangling',
          'copy-up of owners': 'stat -c "%n %u %g" /own/1 /own/33 /own/1000 /own/65534 /own/65535',
          'copy-up of modes': 'stat -c "%n %a" /own/mode-* /own/dir-*',
          'copy-up of attributes':
            '/bin/getfattr --absolute-names --only-values -n user.note /own/attributes',
          'copy-up of times': 'stat -c %y /own/old',
          'where nothing was': 'stat -c "%u %g %a" /fresh /fresh/deep',
          'removed from one': 'rm /volume/of-33',
        },
      },
      {
        run: '-v $G-c:/volume -v $G-o:/other -v $G-n:/links:nocopy',
        snippets: {
          'copied once': 'ls /volume',
          'copy seen from elsewhere': 'stat -c "%n %u %g %a" /other/33 /other/dir-2775 /other/dir-0700/in',
          'no copy': 'ls /links; stat -c "%u %g %a" /links',
        },
      },
      {
        snippets: {
          "copy-up on the machine's side":
            'p=$(docker volume inspect -f "{{.Mountpoint}}" $G-c); stat -c "%u %g %a" $p $p/sub/of-app',
          'ids above the range copied':
            'p=$(docker volume inspect -f "{{.Mountpoint}}" $G-o); stat -c "%u %g" $p/65536 $p/70000',
          'both at once':
            'docker run -d --name $G-x -v $G-v:/v compared sleep 1000 >/dev/null; ' +
            'docker run --rm -v $G-v:/v compared sh -c "echo now >/v/now; chown 1000 /v/now"; ' +
            'docker exec $G-x sh -c "cat /v/now; stat -c %u /v/now"',
          'a pipe between them':
            'docker exec -d $G-x sh -c "echo through >/v/pipe"; ' +
            'docker run --rm -v $G-v:/v compared timeout 9 cat /v/pipe',
          'volumes-from':
            'docker create --name $G-a -v $G-v:/v -v /volume compared true >/dev/null; ' +
            'docker run --rm --volumes-from $G-a compared sh -c "cat /v/r; ' +
            "stat -c '%u %g' /volume/of-33; touch /v/from\"",
          'volumes-from read-only': 'docker run --rm --volumes-from $G-a:ro compared sh -c "! touch /v/y"',
          'tmpfs volume':
            'docker volume create -o type=tmpfs -o device=tmpfs -o o=size=1m,uid=1000,mode=700 $G-t ' +
            ">/dev/null; docker run --rm -v $G-t:/t compared sh -c \"stat -c '%u %g %a' /t; " +
            'touch /t/x; stat -c %u /t/x"',
          'nested and over /etc':
            'docker run --rm -v $G-v:/v -v $G-c:/v/inner -v $G-e:/etc compared sh -c "ls -A /v/inner; ' +
            "stat -c '%u %g' /v/inner /etc/passwd /etc/hosts\"",
          'removal in use': 'docker volume rm $G-v >/dev/null 2>&1; echo $?',
          ls: 'docker volume ls -q --filter label=k=v | sed s/$G/G/',
          removal: 'docker rm -f $G-x $G-a >/dev/null; docker volume rm $G-v',
        },
      },
    ],
  },
  {
    of: 'binds',
    before:
      'mkdir d d/sub; echo host >d/file; chown 1000:1000 d/sub; touch d/of-root; echo x >single; ' +
      'ln -s file d/link; ln -s /nowhere d/out; chmod 777 d; mknod d/null c 1 3; ln -s d l; ' +
      'setcap cap_net_raw=ep d/of-root',
    run: '-v $W/d:/d -v $W/single:/f -v $W/made/deep:/m -v ./d/sub:/relative -v $W/l:/by-link -v $W/d:/again',
    snippets: {
      reading: 'cat /d/file; ls /d',
      'owners seen': 'stat -c "%n %u %g %a" /d /d/file /d/sub',
      'capabilities seen': 'getcap /d/of-root',
      'written by root': 'touch /d/new; stat -c "%u %g %a" /d/new',
      'written by a user': 'su app -c "touch /d/sub/by-user"',
      'chown inside': 'touch /d/c; chown 33:33 /d/c; stat -c "%u %g" /d/c',
      'directories made inside': 'mkdir -p /d/x/y; stat -c "%u %g %a" /d/x/y',
      'setuid made inside': 'cp /suid/id /d/id; chmod 4755 /d/id; su app -c "/d/id -u"',
      'capability made inside': 'cp /bin/busybox /d/p; setcap cap_net_raw=ep /d/p; getcap /d/p',
      'one file': 'cat /f; echo more >>/f',
      'replacing one file': '! mv /f /g',
      links: 'cat /d/link',
      'a dangling link': '! cat /d/out',
      'made by the engine': 'stat -c "%u %g %a" /m; touch /m/x',
      relative: 'ls /relative',
      'by a link': 'cat /by-link/file',
      'given twice': 'touch /d/twice; ls /again/twice',
      options: 'awk \'$5 == "/d" {print $6}\' /proc/self/mountinfo | sed s/,idmapped//',
      'id-mapped': 'grep -c " /d .*idmapped" /proc/self/mountinfo; :',
      'as nobody': 'su nobody -c "touch /d/n"; stat -c %u /d/n',
      'hard links': 'ln /d/file /d/hard; stat -c %h /d/hard',
      'a device in it': 'echo x >/d/null',
      renaming: 'mv /d/new /d/moved',
      'a time': 'touch -d "2001-02-03 00:00:00" /d/file',
      'an attribute': 'setfattr -n user.a -v b /d/file',
      'a pipe': 'mkfifo /d/pipe; stat -c %u /d/pipe',
      'a sticky directory':
        'mkdir /d/t; chmod 1777 /d/t; su web -c "touch /d/t/w"; su app -c "! rm -f /d/t/w"',
      'chown of what was there': 'chown 2:3 /d/of-root; stat -c "%u %g" /d/of-root',
      'a socket': 'timeout 1 nc -lU /d/socket 2>/dev/null; :',
    },
    then: [
      {
        snippets: {
          'owners outside':
            'stat -c "%n %u %g %a" d/moved d/sub/by-user d/c d/x/y d/id d/n d/pipe d/t/w d/of-root d/twice',
          'capability outside': 'getcap d/p',
          'content outside':
            'cat single; stat -c %Y d/file; stat -c %h d/hard; getfattr --only-values -n user.a d/file',
          'made outside': 'stat -c "%u %g %a" made made/deep made/deep/x',
          'removed outside': 'rm d/sub/by-user d/moved; ! ls d/moved',
          'not there with --mount':
            'docker run --rm --mount type=bind,src=$W/nothere,dst=/m compared true >/dev/null 2>&1; echo $?',
          'changes outside are seen':
            'docker run -d --name $G-a -v $W/d:/d compared sleep 1000 >/dev/null; echo later >d/later; ' +
            'docker exec $G-a cat /d/later',
          'changes inside are seen': 'docker exec $G-a sh -c "echo back >/d/back"; cat d/back',
        },
      },
      {
        run:
          '-v $W/d:/d:ro --mount type=bind,src=$W/d,dst=/e,readonly -v $W/single:/etc/passwd:ro --mount ' +
          'type=bind,src=$W/d,dst=/p,bind-propagation=rprivate -v $G-nv:/v -v $W/d:/v/d -v ' +
          '/dev/null:/etc/group --mount type=bind,src=/dev/null,dst=/etc/nothing,readonly',
        snippets: {
          'read-only': 'cat /d/file; ! touch /d/no; ! rm /d/file',
          'read-only by --mount': '! touch /e/no; ! chmod 700 /e',
          remounting: '! mount -o remount,rw /d',
          "one file over the image's": 'cat /etc/passwd; ! sh -c "echo no >>/etc/passwd"',
          propagation: 'cat /p/file',
          'in a volume': 'cat /v/d/file',
          'hidden by /dev/null':
            'for f in group nothing; do cat /etc/$f; echo lost >/etc/$f; ' +
            'stat -c "%t:%T %u %g %a" /etc/$f; done',
        },
      },
      {
        run: '-u app -v $W/d:/d',
        snippets: { 'by a user': 'touch /d/sub/u /d/u; stat -c "%u %g" /d/u; ! rm /d/t/w; ! chown 0 /d/u' },
      },
    ],
  },
  {
    of: 'tmpfs mounts',
    run:
      '--tmpfs /a --mount type=tmpfs,dst=/b,tmpfs-size=2m,tmpfs-mode=1770 --tmpfs ' +
      '/volume:uid=1000,gid=2000 --shm-size 3m',
    snippets: {
      default: 'stat -c "%u %g %a" /a',
      'by --mount': 'stat -c "%u %g %a" /b; df -k /b | awk \'NR == 2 {print $2}\'',
      'over the image': 'ls -A /volume; stat -c "%u %g" /volume',
      writing: 'touch /a/x /b/x; stat -c "%u" /a/x',
      full: '! dd if=/dev/zero of=/b/big bs=1M count=4 2>/dev/null',
      chown: 'chown 33 /a/x; stat -c %u /a/x',
      setcap: 'cp /bin/busybox /b/p; setcap cap_chown=ep /b/p; getcap /b/p',
      shm: "df -k /dev/shm | awk 'NR == 2 {print $2}'",
      nosuid: 'grep -c "^tmpfs /a tmpfs rw,nosuid,nodev,noexec" /proc/mounts',
    },
  },
];
