import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Creates the image `compared` from this machine's busybox and some programs: users and groups, files of many
 * owners and modes, setuid programs, file capabilities, extended attributes. Created as an archive, so that
 * no build influences its content. Needs root.
 */
export async function importCompared(...sockets: readonly string[]): Promise<void> {
  await run('sh', ['-c', script, 'sh', ...sockets]);
}

const script = `set -e
d=$(mktemp -d); trap 'rm -rf "$d" "$d.tar"' EXIT; chmod 755 "$d"; umask 022
cd "$d"; mkdir -p bin etc tmp root proc sys dev home/app own suid cap links volume run; chmod 1777 tmp
chmod 700 root
cp "$(command -v busybox)" bin/busybox
for a in $(bin/busybox --list); do [ "$a" = busybox ] || ln -s busybox "bin/$a"; done
add() {
  p=$(command -v "$1"); cp -L --remove-destination "$p" "./$2"
  { ldd "$p" 2>/dev/null || true; } | grep -o '/[^ ]*' | while read -r l; do
    mkdir -p ".$(dirname "$l")"; cp -L "$l" ".$l"
  done
}
add setcap bin/setcap; add getcap bin/getcap; add capsh bin/capsh; add setfattr bin/setfattr
add getfattr bin/getfattr; add id suid/id; add cat suid/cat; add id suid/gid
cp bin/busybox cap/ping; cp bin/getcap cap/three; cp suid/cat cap/cat
printf '%s\\n' root:x:0:0:root:/root:/bin/sh app:x:1000:1000:App:/home/app:/bin/sh \\
  web:x:33:33:web:/:/bin/sh nobody:x:65534:65534:nobody:/:/bin/sh > etc/passwd
printf '%s\\n' root:x:0: app:x:1000: web:x:33: team:x:2000:app nogroup:x:65534: > etc/group
printf 'root::1::::::\\napp::1::::::\\n' > etc/shadow
for u in 0 1 33 1000 65534 65535 65536 70000 100000; do echo "$u" > "own/$u"; chown "$u:$u" "own/$u"; done
for m in 0000 0400 0444 0600 0666 0755 1777 2755 4755 6711; do
  echo "$m" > "own/mode-$m"; chmod "$m" "own/mode-$m"
done
mkdir own/dir-2775 own/dir-1777 own/dir-0700; chown 33:2000 own/dir-2775; chown 1000:1000 own/dir-0700
chmod 2775 own/dir-2775; chmod 1777 own/dir-1777; chmod 700 own/dir-0700; echo in > own/dir-0700/in
chown 1000 own/dir-0700/in
ln -s /own/33 links/symbolic; ln -s /nowhere links/dangling; ln own/33 links/hard; mkfifo links/pipe
chown -h 33:33 links/symbolic; mknod links/null c 1 3; chmod 666 links/null
echo f > volume/of-33; mkdir volume/sub; echo s > volume/sub/of-app; chown 33:2000 volume volume/of-33
chmod 2750 volume; chmod 640 volume/of-33; chown -R 1000:1000 volume/sub
chown -R 1000:1000 home/app; chown 0:0 suid/*; chmod 4755 suid/id; chown 1000:0 suid/cat; chmod 4755 suid/cat
chown 0:2000 suid/gid; chmod 2755 suid/gid
chmod 711 cap/cat
setcap cap_net_raw=ep cap/ping; setcap cap_chown,cap_net_bind_service=ei cap/three
setcap cap_dac_read_search=ep cap/cat
echo x > own/attributes; setfattr -n user.note -v noted own/attributes
setfattr -n trusted.note -v root own/attributes
touch -d '2001-02-03 04:05:06.5 UTC' own/old
tar --xattrs --xattrs-include='*' --numeric-owner -cf "$d.tar" .
for socket in "$@"; do
  docker -H "unix://$socket" import -c 'CMD ["sh"]' -c 'ENV PATH=/bin' -c 'LABEL of=comparison' \\
    - compared < "$d.tar" >/dev/null
done`;
