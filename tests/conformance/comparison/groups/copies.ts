import type { Group } from '../group.ts';

/** What a copy must keep: content, owners, modes, links, capabilities, attributes, times. */
const tree = `mkdir -p tree/sub; echo f >tree/file; echo o >tree/owned; chown 1000:33 tree/owned
echo s >tree/setuid; chown 33:33 tree/setuid; chmod 4755 tree/setuid; ln -s file tree/link
ln tree/file tree/hard
cp /bin/busybox tree/capable; setcap cap_net_raw=ep tree/capable; echo x >tree/noted
setfattr -n user.note -v noted tree/noted; touch -d "2001-02-03 04:05:06 UTC" tree/old
echo l >tree/sub/$(printf %0150d 1); chmod 2750 tree/sub; chown 0:2000 tree/sub; truncate -s 3M tree/sparse
mkfifo tree/pipe; echo u >"tree/ü 中"`;
const inTar = "tar -tv --numeric-owner | awk '{print $1, $2, $6, $7, $8}' | sort";

const into = (what: string, name: string) => ({
  [`into a ${what} container: a file`]: `docker cp -q tree/owned ${name}:/tmp/owned`,
  [`into a ${what} container: with its owner`]: `docker cp -qa tree/owned ${name}:/tmp/archived`,
  [`into a ${what} container: a directory`]: `docker cp -q tree ${name}:/tmp/tree`,
  [`into a ${what} container: a directory with its owners`]: `docker cp -qa tree ${name}:/tmp/tree-a`,
  [`into a ${what} container: an archive`]:
    "tar --xattrs --xattrs-include='*' --numeric-owner -cf - tree | " + `docker cp - ${name}:/home`,
  [`into a ${what} container: a directory's content`]: `docker cp -q tree/sub/. ${name}:/home/app`,
  [`into a ${what} container: over a file of the image`]: `docker cp -q tree/file ${name}:/own/33`,
  [`into a ${what} container: through a link`]: `docker cp -q tree/file ${name}:/links/symbolic`,
  [`into a ${what} container: a volume`]: `docker cp -qa tree/owned ${name}:/volume/put`,
  [`into a ${what} container: a bind`]:
    `docker cp -qa tree/owned ${name}:/bound/put; ` + 'stat -c "%u %g" bound/put; rm -f bound/put',
  [`into a ${what} container: where nothing is`]:
    // What the client logs of its own end of the stream depends on its speed.
    `docker cp -q tree/file ${name}:/no/such/ 2>&1 | ` + 'grep -v level=error | sed "s/^.*: //"',
});
const out = (what: string, name: string) => ({
  [`out of a ${what} container: a file`]: `docker cp ${name}:/own/1000 - | ${inTar}`,
  [`out of a ${what} container: all owners`]: `docker cp ${name}:/own - | ${inTar}`,
  [`out of a ${what} container: links and pipes`]: `docker cp ${name}:/links - | ${inTar}`,
  [`out of a ${what} container: setuid`]: `docker cp ${name}:/suid - | ${inTar}`,
  [`out of a ${what} container: capabilities`]:
    `rm -rf o; mkdir o; docker cp ${name}:/cap - | tar --xattrs --xattrs-include='*' -C o -xf -; ` +
    'getcap o/cap/*',
  [`out of a ${what} container: attributes`]:
    `rm -rf o; mkdir o; docker cp ${name}:/own - | tar --xattrs --xattrs-include='user.*' -C o -xf -; ` +
    'getfattr --only-values -n user.note o/own/attributes; :',
  [`out of a ${what} container: what was put in`]: `docker cp ${name}:/tmp - | ${inTar}`,
  [`out of a ${what} container: a volume`]: `docker cp ${name}:/volume - | ${inTar}`,
  [`out of a ${what} container: a bind`]: `docker cp ${name}:/bound - | ${inTar}`,
  [`out of a ${what} container: what the engine makes`]: `docker cp ${name}:/etc/hosts - | ${inTar}`,
  [`out of a ${what} container: unpacked`]:
    `rm -rf u; docker cp -q ${name}:/own u; ` + 'stat -c "%u %g %a" u u/1000 u/mode-4755 u/dir-2775',
  [`out of a ${what} container: unpacked with owners`]:
    `rm -rf v; docker cp -qa ${name}:/own v; ` + 'stat -c "%u %g %a" v/1000 v/65535 v/mode-4755 v/dir-2775',
  [`out of a ${what} container: what is not there`]:
    `docker cp ${name}:/nothere - 2>&1 | sed "s/container .*/container/"; ` +
    `docker cp ${name}:/nothere x >/dev/null 2>&1; echo $?`,
});
const inside = {
  'inside, a copied file': 'stat -c "%u %g %a" /tmp/owned /tmp/archived; cat /tmp/owned',
  'inside, a copied directory':
    'cd /tmp/tree; find . | sort | while read -r f; do stat -c "%n %u %g %a %F %h" "$f"; done',
  'inside, with owners': 'cd /tmp/tree-a; stat -c "%n %u %g %a" file owned setuid sub capable link',
  'inside, an archive': 'cd /home/tree; stat -c "%n %u %g %a" owned setuid sub old sparse; stat -c %Y old',
  'inside, capabilities of an archive': 'getcap /home/tree/capable',
  'inside, attributes of an archive':
    '/bin/getfattr --absolute-names --only-values -n user.note /home/tree/noted; :',
  'inside, names': 'ls /home/tree /home/tree/sub',
  "inside, over the image's": 'stat -c "%u %g %a" /own/33; cat /own/33',
  'inside, a volume': 'stat -c "%u %g" /volume/put',
  'inside, a setuid program': 'su app -c /suid/id',
};

const rootfs =
  'tar -tv --numeric-owner | awk \'{print $1, $2, $6, $7, $8}\' | grep -v -E " (proc|sys|dev|bin/.)" | sort';

/** cp, export, import, commit, diff, save and load. */
export const copies: readonly Group[] = [
  {
    of: 'cp',
    before:
      `${tree}; mkdir bound; docker create --name $G-s -v /volume -v $W/bound:/bound compared sleep 1000; ` +
      'docker run -d --name $G-r -v /volume -v $W/bound:/bound compared sleep 1000',
    snippets: {
      ...into('created', '$G-s'),
      ...out('created', '$G-s'),
      ...into('running', '$G-r'),
      ...out('running', '$G-r'),
    },
    then: [
      {
        exec: '$G-r',
        snippets: Object.fromEntries(
          Object.entries(inside).map(([name, snippet]) => [`running: ${name}`, snippet]),
        ),
      },
      { snippets: { start: 'docker start $G-s >/dev/null' } },
      {
        exec: '$G-s',
        snippets: Object.fromEntries(
          Object.entries(inside).map(([name, snippet]) => [`started: ${name}`, snippet]),
        ),
      },
      {
        snippets: {
          stopped: 'docker kill $G-r >/dev/null; docker wait $G-r',
          ...out('stopped', '$G-r'),
          'between containers':
            'docker cp $G-r:/own/1000 - | docker cp - $G-s:/tmp; docker exec $G-s stat -c "%u %g" /tmp/1000',
          'from a link': 'docker cp -qL $G-s:/links/symbolic followed; cat followed',
          'large, both ways':
            'dd if=/dev/urandom of=big bs=1M count=9 2>/dev/null; docker cp -q big $G-s:/tmp/big; ' +
            '[ "$(docker exec $G-s md5sum </dev/null /tmp/big | cut -c1-32)" = "$(md5sum <big | ' +
            'cut -c1-32)" ] && docker cp $G-s:/tmp/big - | tar -xO | cmp - big',
        },
      },
    ],
  },
  {
    of: 'diff, export, commit',
    before: `docker run -d --name $G-a compared sh -c "mkdir /made; echo n >/made/new; chown 33:33 /made/new
rm /own/1; echo more >>/own/33; chmod 600 /own/old; cp /bin/busybox /made/p; setcap cap_net_raw=ep /made/p
setcap cap_chown=ep /own/0; setcap -r /cap/three; cp /suid/id /made/id; chmod 4755 /made/id; ln -s x /made/l
chown 70:80 /own/1000; setfattr -n user.k -v w /made/new; touch /made/done; exec sleep 1000"
until docker exec $G-a test -e /made/done; do sleep .1; done; docker create --name $G-c compared true`,
    snippets: {
      'diff while it runs': 'docker diff $G-a | sort',
      'diff of a created one': 'docker diff $G-c | sort',
      'export while it runs': `docker export $G-a | ${rootfs}`,
      'export of a created one': `docker export $G-c | ${rootfs}`,
      'capabilities in an export':
        "rm -rf e; mkdir e; docker export $G-a | tar --xattrs --xattrs-include='*' -C e -xf - cap made; " +
        'getcap e/cap/* e/made/p',
      'attributes in an export':
        'rm -rf f; mkdir f; docker export $G-a | tar --xattrs --xattrs-include="user.*" -C f -xf - own ' +
        'made; getfattr --only-values -n user.note f/own/attributes; ' +
        'getfattr --only-values -n user.k f/made/new; :',
      'commit while it runs':
        'docker commit -c "LABEL a=b" -c "USER app" $G-a $G-image >/dev/null; ' +
        'docker image inspect -f "{{.Config.User}} {{.Config.Labels}} {{len .RootFS.Layers}}" $G-image',
      'commit of a created one':
        'docker commit $G-c $G-image-c >/dev/null; docker image inspect -f "{{len .RootFS.Layers}}" ' +
        '$G-image-c',
      'from the commit':
        "docker run --rm -u root $G-image sh -c \"stat -c '%n %u %g %a' /made/* /own/33 /own/old " +
        '/own/1000; getcap /made/p; ! ls /own/1"',
      'a user in the commit': 'docker run --rm $G-image sh -c "id -u; /made/id -u; getcap /made/p"',
      'diff of one from the commit':
        'docker run --name $G-d $G-image sh -c "touch /tmp/t" >/dev/null; docker diff $G-d | sort',
      'import of an export':
        'docker export $G-a | docker import -c "ENV PATH=/bin" - $G-imported >/dev/null; ' +
        "docker run --rm $G-imported sh -c \"stat -c '%n %u %g %a' /made/* /own/33 /suid/*; " +
        'getcap /cap/ping /made/p"',
      save:
        'docker save $G-image | tar -t | grep -c -E "layer.tar|blobs/sha256" >/dev/null; ' +
        'docker save $G-image -o saved.tar; tar -tf saved.tar | grep -c manifest.json',
      load:
        'docker rmi $G-image >/dev/null; docker load -i saved.tar | sed s/$G/G/; ' +
        'docker run --rm -u root $G-image stat -c "%n %u %g %a" /made/new /made/id',
      'the layer in a save':
        'rm -rf s; mkdir s; tar -C s -xf saved.tar; for f in $(find s -type f -size -9000k); ' +
        "do tar -tf $f >/dev/null 2>&1 && tar -tv --numeric-owner -f $f | awk '{print $1, $2, $6}' | " +
        'grep made/; done | sort',
      // A concurrent prune, of another group, can remove an image's parent: a stock engine prints a message
      // then.
      stopped: 'docker kill $G-a >/dev/null; docker wait $G-a',
      'diff when stopped': 'docker diff $G-a | sort',
      'export when stopped': `docker export $G-a | ${rootfs}`,
      'commit when stopped':
        'docker commit $G-a $G-image-s >/dev/null; docker run --rm $G-image-s sh -c "stat -c \'%n %u ' +
        '%g\' /made/new /own/1000"',
      'started again':
        'docker start $G-a >/dev/null; docker exec $G-a stat -c "%n %u %g %a" /made/new /own/33',
      size: 'docker ps -s --filter name=$G-a --format "{{.Size}}" | awk \'{print ($1 > 0)}\'',
      'images gone':
        'docker rm -f $G-d >/dev/null; docker rmi -f $G-image $G-image-c $G-image-s $G-imported 2>&1 ' +
        '>/dev/null | sed "/unrecognized image ID/d"',
    },
  },
];
