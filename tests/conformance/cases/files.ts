import type { Case } from '../case.ts';

/** `docker cp` and binds: files keep content, mode, owner and links as they do without ECI. */
export const files: readonly Case[] = [
  {
    does: 'cp of a file both ways, into a stopped and a running container',
    script:
      'echo content > f1; chmod 640 f1; docker create --name f1 busybox sleep 1000 >/dev/null; ' +
      'docker cp -q f1 f1:/tmp/in; docker start f1 >/dev/null; ' +
      'docker exec f1 stat -c "%a %u %g" /tmp/in; chmod 644 f1; docker cp -q f1 f1:/tmp/; ' +
      'docker exec f1 cat /tmp/f1; docker cp -q f1:/tmp/in back1; cat back1; stat -c "%a %u" back1; ' +
      'docker rm -f f1',
    shows: /^640 0 0\ncontent\ncontent\n640 0\nf1\n$/,
  },
  {
    does: 'cp of directories, contents, links',
    script:
      'mkdir -p d2/sub; echo a > d2/a; echo b > d2/sub/b; ln -s a d2/link; ' +
      'docker create --name f2 busybox true >/dev/null; docker cp -q d2 f2:/new; ' +
      'docker cp -q d2 f2:/tmp; docker cp -q d2/. f2:/root; docker cp -q f2:/new out2; (cd out2 && ' +
      'find . | sort | xargs stat -c "%N %a"); docker diff f2 | sort | head -20; ' +
      'docker cp -qL f2:/new/link followed2; cat followed2; docker rm f2',
    shows: /'\.\/link' -> 'a' 777[\s\S]*A \/tmp\/d2\/sub\/b[\s\S]*a\nf2\n$/,
  },
  {
    does: 'cp of tar streams through - and archive mode keeps owners',
    script:
      'mkdir d3; echo s > d3/s; chown 1234:567 d3/s; ' +
      'docker create --name f3 busybox ls -ln /x/s >/dev/null; tar -c d3 | docker cp - f3:/tmp; ' +
      'docker cp f3:/tmp/d3 - | tar -tv --numeric-owner | awk "{print \\$1,\\$2,\\$6}"; ' +
      'docker cp -aq d3/ f3:/x; docker start -a f3 | awk "{print \\$3,\\$4}"; ' +
      'docker cp f3:/x - | tar -tv --numeric-owner | awk "{print \\$2}" | sort -u; docker rm f3',
    shows: /1234\/567 d3\/s\n1234 567\n/,
  },
  {
    does: 'curl, docker-py, docker-java: copies out, changes and lists, compressed on request',
    script:
      'S=${DOCKER_HOST#unix://}; docker run -d --name f13 busybox sh -c "echo x > /tmp/f; ' +
      'chown 33:44 /tmp/f; exec sleep 1000" >/dev/null; docker exec f13 sh -c "until [ -s /tmp/f ]; ' +
      'do sleep .1; done"; for e in gzip "gzip, deflate" "gzip, x-gzip, deflate" identity; ' +
      'do curl -s --compressed -H "Accept-Encoding: ' +
      '$e" --unix-socket $S "http://d/containers/f13/archive?path=/tmp/f" | tar -tv --numeric-owner | ' +
      'cut -c1-16; done; curl -s --compressed --unix-socket $S http://d/containers/f13/changes | ' +
      'grep -o /tmp/f; curl -s --compressed --unix-socket $S http://d/containers/f13/export | ' +
      'tar -tv --numeric-owner tmp/f | cut -c1-16; docker rm -f f13 >/dev/null',
    shows: /^(-rw-r--r-- 33\/44\n){4}\/tmp\/f\n-rw-r--r-- 33\/44\n$/,
  },
  {
    does: 'cp errors: nothing there, not a directory, read-only root',
    script:
      'docker create --name f4 --read-only busybox true >/dev/null; docker cp f4:/nothing .; echo $?; ' +
      'echo x > x4; docker cp x4 f4:/bin/busybox/x; echo $?; docker cp x4 f4:/no/such/dir/; echo $?; ' +
      'docker start f4 >/dev/null; docker cp missing4 f4:/; echo $?; docker rm -f f4',
    shows: /f4\n$/,
    quietly: true,
  },
  {
    does: 'a shared directory mounts by -v and --mount, read-only where asked',
    script:
      'mkdir s5; echo host > s5/h; docker run --rm -v $W/s5:/s busybox sh -c "cat /s/h; ' +
      'echo inside > /s/new"; cat s5/new; stat -c %u s5/new; ' +
      'docker run --rm --mount type=bind,src=$W/s5,dst=/s,readonly busybox sh -c "touch /s/x || ' +
      'echo refused; cat /s/new"; docker run --rm -v $W/s5/h:/file busybox cat /file; ' +
      'docker run --rm -v $W/made5:/m busybox ls -d /m; test -d made5 && echo made',
    shows: /^host\ninside\n\d+\nrefused\ninside\nhost\n\/m\nmade\n$/,
  },
  {
    does: 'volumes: create, copy-up, kept, inherited, removed',
    script:
      'docker volume create --label v6 vol6; docker run --rm -v vol6:/v busybox sh -c "echo kept > ' +
      '/v/f; chown 33:33 /v/f"; docker run --rm -v vol6:/w:ro busybox sh -c "cat /w/f; ' +
      'stat -c %u:%g /w/f; touch /w/x || echo readonly"; ' +
      'docker run --name f6 -v vol6:/data -v /anon busybox true; ' +
      'docker run --rm --volumes-from f6 busybox cat /data/f; ' +
      'docker volume inspect -f "{{.Driver}} {{.Labels}}" vol6; docker volume ls -q --filter label=v6; ' +
      'docker volume rm vol6; docker rm -v f6; docker volume rm vol6',
    shows: /^vol6\nkept\n33:33\nreadonly\nkept\nlocal map\[v6:\]\nvol6\nf6\nvol6\n$/,
  },
  {
    does: "a new volume gets the image's files with their owners",
    script:
      'printf "FROM busybox\\nRUN mkdir /d && echo image > /d/f && ' +
      'chown -R 100:101 /d\\nVOLUME /d\\n" > Dockerfile7; ' +
      'docker build -q -f Dockerfile7 -t copyup7 . >/dev/null; ' +
      'docker run --rm -v vol7:/d copyup7 sh -c "cat /d/f; stat -c %u:%g /d /d/f"; ' +
      'docker run --rm -v vol7n:/d:nocopy copyup7 ls /d; ' +
      'docker run --rm --mount type=volume,src=vol7,dst=/x,volume-subpath=. busybox cat /x/f; ' +
      'docker volume rm vol7 vol7n',
    shows: /^image\n100:101\n100:101\n/,
  },
  {
    does: 'a tmpfs volume, volume prune',
    script:
      'docker volume create -d local -o type=tmpfs -o device=tmpfs -o o=size=1m,uid=5 vol8; ' +
      "docker run --rm -v vol8:/t busybox sh -c \"df -k /t | tail -1 | awk '{print \\$2}'; " +
      'stat -c %u /t"; docker volume rm vol8; docker volume create --label p8 vol8p; ' +
      'docker volume prune -af --filter label=p8 | head -2',
    shows: /^vol8\n1024\n5\nvol8\nvol8p\nDeleted Volumes:\nvol8p\n$/,
  },
];
