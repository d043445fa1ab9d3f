import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Images of the names that moby's tests use, made of this machine's programs, on each of the engines:
 * busybox (`latest` and `glibc`), `hello-world:frozen` and `debian:bookworm-slim`. The tests take images that
 * exist as they are, and pull nothing.
 */
export async function importFrozenImages(...sockets: readonly string[]): Promise<void> {
  await run('sh', ['-c', script, 'sh', ...sockets]);
}

const script = `set -e; umask 022
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; chmod 755 "$work"
import() {
  directory=$1; shift
  tar --numeric-owner -C "$directory" -cf "$work/image.tar" .
  docker -H "unix://$first" import "$@" < "$work/image.tar" >/dev/null
}
first=$1; shift
path='ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

d=$work/busybox; mkdir "$d"; cd "$d"
mkdir -p bin dev etc home root tmp usr/bin usr/sbin var/spool/mail var/www; chmod 1777 tmp; chmod 700 root
cp "$(command -v busybox)" bin/busybox
for a in $(bin/busybox --list); do [ "$a" = busybox ] || ln bin/busybox "bin/$a"; done
cat > etc/passwd <<EOF
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
bin:x:2:2:bin:/bin:/bin/false
sys:x:3:3:sys:/dev:/bin/false
sync:x:4:100:sync:/bin:/bin/sync
mail:x:8:8:mail:/var/spool/mail:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
operator:x:37:37:Operator:/var:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
EOF
cat > etc/group <<EOF
root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
lp:x:7:
mail:x:8:
kmem:x:9:
wheel:x:10:root
cdrom:x:11:
dialout:x:18:
floppy:x:19:
video:x:28:
audio:x:29:
tape:x:32:
www-data:x:33:
operator:x:37:
utmp:x:43:
plugdev:x:46:
staff:x:50:
lock:x:54:
netdev:x:82:
users:x:100:
nobody:x:65534:
EOF
printf '%s:*:10933:0:99999:7:::\\n' root daemon bin sys sync mail www-data operator nobody > etc/shadow
for tag in latest glibc; do import "$d" -c "$path" -c 'CMD ["sh"]' - busybox:$tag; done

d=$work/debian; mkdir "$d"; cd "$d"
mkdir -p bin dev etc home proc root run sbin sys tmp usr/bin usr/sbin var/tmp; chmod 1777 tmp var/tmp
chmod 700 root
add() {
  p=$(which "$1"); cp -L "$p" usr/bin/
  { ldd "$p" 2>/dev/null || true; } | grep -o '/[^ ]*' | while read -r l; do
    mkdir -p ".$(dirname "$l")"; cp -L "$l" ".$l"
  done
}
for p in bash dash cat chmod chown cp cut date dd echo env false find findmnt grep head id ln ls mkdir \\
  mknod mktemp mount mv nsenter ps readlink rm rmdir sed setpriv sleep sort stat su tail tar test touch \\
  true umount uname unshare wc whoami; do add "$p"; done
ln -s dash usr/bin/sh
for p in usr/bin/*; do ln -s "../$p" "bin/\${p##*/}"; done
cp /etc/debian_version etc/; cp "$work/busybox/etc/passwd" "$work/busybox/etc/group" etc/
import "$d" -c "$path" -c 'CMD ["bash"]' - debian:bookworm-slim

d=$work/hello; mkdir "$d"
printf '%s\\n' '#include <unistd.h>' 'int main(void) {' \\
  '  static const char text[] = "\\nHello from Docker!\\n";' \\
  '  return write(1, text, sizeof text - 1) < 0;' '}' > "$work/hello.c"
gcc -Os -static -s -o "$d/hello" "$work/hello.c"
import "$d" -c "$path" -c 'CMD ["/hello"]' - hello-world:frozen

# Of the same ids everywhere, which are in names of tests.
docker -H "unix://$first" save -o "$work/images.tar" \\
  busybox:latest busybox:glibc hello-world:frozen debian:bookworm-slim
for socket; do docker -H "unix://$socket" load -q < "$work/images.tar" >/dev/null; done`;
