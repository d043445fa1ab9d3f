import type { Group } from '../group.ts';

/** One of every type of entry in a tar archive, all with one time. */
const tree = `mkdir -p v/d v/$(printf %0120d 1)/$(printf %0120d 2); echo x >v/x; chown 1000:33 v/x
ln v/x v/hard; ln -s x v/symbolic; chown 5:6 v/d; chmod 7777 v/d; : >v/empty
for n in 511 512 513 1024; do head -c $n /dev/zero >v/of-$n; done
printf x >v/$(printf %0200d 7); echo deep >v/$(printf %0120d 1)/$(printf %0120d 2)/$(printf %0120d 3)
ln -s $(printf %0180d 9) v/long-link; printf l >"$(printf 'v/latin\\351')"; printf e >v/日本
printf n >"$(printf 'v/new\\nline')"; mkfifo v/pipe; mknod v/device c 1 3
truncate -s 5M v/sparse; printf mid | dd of=v/sparse bs=1 seek=2000000 conv=notrunc 2>/dev/null
cp /bin/busybox v/capable; setcap cap_net_raw,cap_chown=eip v/capable
setfattr -n user.bytes -v 0x00ff0a3d v/x; touch -h -d "2001-02-03 04:05:06 UTC" v/* v/*/* v/*/*/* v
tar -cf t.tar -C v .`;

/** `archive` writes one to stdout; its extracted content inside is compared. */
const put = (name: string, archive: string) =>
  [
    name,
    `docker exec $G-r mkdir /tmp/'${name}'; (${archive}) 2>/dev/null | docker cp -q - $G-r:/tmp/'${name}' &&
docker exec -w /tmp/'${name}' $G-r sh -c 'find . -mindepth 1 ! -name "*
*" | sort | while read -r f; do stat -c "%n %u %g %a %F %h %Y %s" "$f" | sed "/ directory /s/ [0-9]*$//"; done
getcap capable; /bin/getfattr -d -e hex x; [ ! -e sparse ] || md5sum sparse; ls | wc -l'`,
  ] as const;
const all = '-cf - -C v .';
const some = '-cf - -C v x d';

/** Archives of every kind copied into a running container, and broken ones. */
export const archives: readonly Group[] = [
  {
    of: 'archives',
    before: `${tree}; docker run -d --name $G-r compared sleep 1000`,
    snippets: {
      ...Object.fromEntries([
        put('v7', 'tar --format=v7 -cf - -C v x hard symbolic d empty of-511 of-512'),
        put('ustar', `tar --format=ustar ${all}`),
        put('gnu', `tar --format=gnu ${all}`),
        put('pax', `tar --format=pax --xattrs --xattrs-include="*" ${all}`),
        ...['1.0', '0.1', '0.0'].map((version) =>
          put(
            `pax, sparse ${version}`,
            `tar -S --sparse-version=${version} --format=pax --xattrs --xattrs-include="*" ${all}`,
          ),
        ),
        put('global ids', `tar --format=pax --pax-option=comment=hello,uid=77,gid=78 ${some}`),
        put('ids in records', `tar --format=pax --pax-option="uid:=77,gid:=78,mtime:=1000000000.5" ${some}`),
        put('gzip', 'gzip -1c t.tar'),
        put('gzip in two members', '(head -c 10240 t.tar | gzip -1; tail -c +10241 t.tar | gzip -1)'),
        put('bzip2', 'bzip2 -1c t.tar'),
        put('xz', 'xz -0c t.tar'),
        put('zstd', 'zstd -q1c t.tar'),
      ]),
      'sparse files of GNU, which the engine does not read':
        '! tar -S --format=gnu -cf - -C v sparse | docker cp - $G-r:/tmp',
      'without an end':
        'tar -cf n.tar -C v x; head -c 1024 n.tar | docker cp - $G-r:/tmp; ' +
        'docker exec $G-r stat -c "%u %g" /tmp/x',
      'garbage behind the end':
        '(cat n.tar; echo garbage) | docker cp -q - $G-r:/tmp; docker exec $G-r rm /tmp/x',
      'two in a row':
        '(cat n.tar; tar -cf - -C v empty) | docker cp -q - $G-r:/tmp; docker exec $G-r ls /tmp/x; ' +
        '! docker exec $G-r ls /tmp/empty',
      'cut in a header': '! head -c 1300 t.tar | docker cp - $G-r:/tmp',
      'cut in a file': '! head -c 1500000 t.tar | docker cp - $G-r:/tmp',
      'a wrong checksum': '! (head -c 10 n.tar; printf Z; tail -c +12 n.tar) | docker cp - $G-r:/tmp',
      'no archive': '! echo hello | docker cp - $G-r:/tmp',
      nothing: 'docker cp -q - $G-r:/tmp </dev/null',
      'a name that leads out':
        '! tar -cPf - --transform "s,^v/x,../../out," v/x | docker cp - $G-r:/tmp; ' +
        '! docker exec $G-r ls /out',
      'an absolute name':
        'tar -cPf - --transform "s,^v/x,/own/new," v/x | docker cp -q - $G-r:/tmp; ' +
        'docker exec $G-r ls /tmp/own',
      'through a link that came before':
        'mkdir -p a b/l; ln -s /own a/l; echo in >b/l/through; tar -cf s.tar -C a l; ' +
        'tar -rf s.tar -C b l/through; docker cp -q - $G-r:/tmp <s.tar; ' +
        // Engine 28 takes the link's target from where the archive is unpacked.
        "docker exec $G-r sh -c 'cd /; for f in own/through tmp/own/through; do [ ! -e $f ] || " +
        'stat -c "%n %u %g" $f; done\'',
      'a link to a file of the image':
        'mkdir h; echo 1 >h/33; ln h/33 h/zz; tar -cf h.tar -C h ./33 ./zz; tar --delete -f h.tar ./33; ' +
        'docker cp -q - $G-r:/own <h.tar; docker exec $G-r stat -c "%u %h" /own/zz',
      'ids that nobody inside has, out again':
        'echo b >big; chown 70000:80000 big; tar --numeric-owner -cf - big | docker cp -q - $G-r:/tmp; ' +
        'docker cp $G-r:/tmp/big - | tar -tv --numeric-owner | cut -d" " -f2',
    },
  },
];
