import type { Case } from '../case.ts';

/** Images: builds, archives, the registry at `$R` (with a login at `$RL`). */
export const images: readonly Case[] = [
  {
    does: 'tag, images, inspect, rmi',
    script:
      'docker tag busybox i1:a; docker images --format "{{.Repository}}:{{.Tag}}" i1; ' +
      'docker image inspect -f "{{.Os}} {{json .Config.Cmd}}" i1:a; docker rmi i1:a; docker rmi i1:a; ' +
      'echo $?',
    shows: /^i1:a\nlinux \["sh"\]\nUntagged: i1:a\n1\n$/,
  },
  {
    does: 'save | load keeps the image, several and compressed too',
    script:
      'docker tag busybox i2:a; docker tag busybox i2:b; docker save i2:a i2:b | gzip > i2.tgz; ' +
      'docker rmi i2:a i2:b >/dev/null; docker load -i i2.tgz; docker save -o i2.tar i2:a; ' +
      'docker load -q < i2.tar; docker run --rm i2:b echo runs; docker rmi i2:a i2:b >/dev/null',
    shows: /Loaded image: i2:a\nLoaded image: i2:b\nLoaded image: i2:a\nruns\n$/,
  },
  {
    does: 'push, pull, digest, pull all tags',
    script:
      'docker tag busybox $R/team/app:1; docker tag busybox $R/team/app:2; ' +
      'docker push -q $R/team/app:1; docker push -aq $R/team/app; ' +
      'docker rmi $R/team/app:1 $R/team/app:2 >/dev/null; docker pull -q $R/team/app:1; ' +
      'd=$(docker image inspect -f "{{index .RepoDigests 0}}" $R/team/app:1); ' +
      'docker pull -q $d >/dev/null && echo by digest; docker pull -aq $R/team/app; ' +
      'docker run --rm $R/team/app:2 echo pulled; docker run --rm --pull always -q $R/team/app:1 echo ' +
      'always; docker rmi $R/team/app:1 $R/team/app:2 >/dev/null',
    shows: /by digest\n[\s\S]*pulled\nalways\n$/,
  },
  {
    does: 'run pulls what is missing; a missing tag is an error',
    script:
      'docker tag busybox $R/auto:1; docker push -q $R/auto:1; docker rmi $R/auto:1 >/dev/null; ' +
      'docker run --rm -q $R/auto:1 echo auto; docker pull $R/auto:none; echo $?',
    shows: /auto\n1\n$/,
  },
  {
    does: "manifest inspect asks the engine's registry, search fails as ever",
    script:
      'docker tag busybox $R/man:1; docker push -q $R/man:1; ' +
      'docker manifest inspect --insecure $R/man:1 | grep -c mediaType; ' +
      'docker search --format x $R/nothing; echo $?',
    shows: /[1-9]\n1\n$/,
    quietly: true,
  },
  {
    does: 'login, push and pull with credentials, logout',
    script:
      'docker tag busybox $RL/priv:1; docker push -q $RL/priv:1; echo $?; ' +
      'echo wrong | docker login -u tester --password-stdin ${RL%%/*}; echo $?; ' +
      'echo secret | docker login -u tester --password-stdin ${RL%%/*} 2>/dev/null; ' +
      'docker push -q $RL/priv:1; docker rmi $RL/priv:1 >/dev/null; docker pull -q $RL/priv:1; ' +
      'docker logout ${RL%%/*}; docker rmi $RL/priv:1 >/dev/null',
    shows: /^1\n1\nLogin Succeeded\n[\s\S]*Removing login/,
    quietly: true,
  },
  {
    does: 'BuildKit: arguments, targets, secrets, ssh off, mounts, output, cache',
    script:
      'mkdir b7; printf "FROM busybox AS one\\nARG A=none\\nRUN --mount=type=secret,id=s cat ' +
      '/run/secrets/s > /s && echo \\$A > /a\\nRUN --mount=type=cache,target=/c touch /c/x && ' +
      'id -u > /id\\nCOPY --chown=5:6 --chmod=640 f /f\\nFROM one AS two\\nRUN echo two >> /a\\nFROM ' +
      'scratch AS files\\nCOPY --from=one /a /a\\n" > b7/Dockerfile; echo file > b7/f; ' +
      'echo hush > secret7; docker build -q -t b7 --build-arg A=arg --secret id=s,src=secret7 --target ' +
      'two --label x=y b7 >/dev/null; docker run --rm b7 sh -c "cat /a /s /id; stat -c %u:%g:%a /f"; ' +
      'docker build -q --build-arg A=arg --secret id=s,src=secret7 --target files -o out7 b7; ' +
      'cat out7/a; docker image inspect -f "{{.Config.Labels.x}}" b7',
    shows: /^arg\ntwo\nhush\n0\n5:6:640\n[\s\S]*arg\ny\n$/,
  },
  {
    does: 'BuildKit: a failing step, a missing file, an unknown target',
    script:
      'mkdir b8; printf "FROM busybox\\nRUN exit 3\\n" > b8/Dockerfile; docker build -q b8; echo $?; ' +
      'printf "FROM busybox\\nCOPY gone /\\n" > b8/Dockerfile; docker build -q b8; echo $?; ' +
      'docker build -q --target gone b8; echo $?',
    shows: /^1\n1\n1\n$/,
    quietly: true,
  },
  {
    does: 'BuildKit: context from stdin, Dockerfile from stdin, .dockerignore, --iidfile',
    script:
      'mkdir b9; printf "FROM busybox\\nCOPY . /x\\n" > b9/Dockerfile; echo skip > b9/.dockerignore; ' +
      'touch b9/skip b9/keep; docker build -q -t b9 --iidfile id9 b9 >/dev/null; ' +
      'docker run --rm b9 ls /x; tar -C b9 -c . | docker build -q -t b9 - >/dev/null; ' +
      'docker run --rm b9 ls /x; echo "FROM busybox" | docker build -q --iidfile id9b - >/dev/null; ' +
      'wc -c < id9b',
    shows: /Dockerfile\nkeep\n/,
  },
  {
    does: 'buildx build --load, buildx ls, du, imagetools, bake',
    script:
      'mkdir b10; printf "FROM busybox\\nRUN echo bx > /b\\n" > b10/Dockerfile; ' +
      'docker buildx build -q --load -t b10 b10 >/dev/null; docker run --rm b10 cat /b; ' +
      'docker buildx ls | grep -c docker; printf "target \\"default\\" {\\n context = \\"b10\\"\\n tags ' +
      '= [\\"b10:bake\\"]\\n}\\n" > bake.hcl; docker buildx bake -f bake.hcl 2>/dev/null; ' +
      'docker run --rm b10:bake cat /b; docker buildx du >/dev/null && echo du; ' +
      'docker buildx inspect --bootstrap | grep Driver',
    shows: /^bx\n\d\nbx\ndu\nDriver: *docker\n$/,
  },
  {
    does: 'buildx build --push to the registry',
    script:
      'mkdir b11; printf "FROM busybox\\nRUN echo pushed > /b\\n" > b11/Dockerfile; ' +
      'docker buildx build -q --push -t $R/b11:1 b11 >/dev/null; echo $?; ' +
      'docker buildx build -q -t $R/b11:1 b11 >/dev/null && docker push -q $R/b11:1',
    shows: /b11:1\n$/,
    quietly: true,
  },
  {
    does: 'the classic builder: steps, arguments, ADD of an archive, cache',
    script:
      'mkdir b12; printf "FROM busybox\\nARG A\\nRUN echo \\$A > /a\\nADD t.tar /t/\\nENV E=1\\nUSER ' +
      '3\\nCMD cat /a /t/f\\n" > b12/Dockerfile; echo tar > f; tar -cf b12/t.tar f; ' +
      'DOCKER_BUILDKIT=0 docker build -q --build-arg A=classic -t b12 b12 >/dev/null; ' +
      'docker run --rm b12; DOCKER_BUILDKIT=0 docker build --build-arg A=classic -t b12 b12 2>/dev/null ' +
      '| grep -c "Using cache"; printf "FROM busybox\\nRUN exit 9\\n" > b12/Dockerfile; ' +
      'DOCKER_BUILDKIT=0 docker build b12 2>/dev/null >/dev/null; echo $?',
    shows: /^classic\ntar\n6\n9\n$/,
    quietly: true,
  },
  {
    does: 'docker-py: a context of which Content-Encoding says that it is compressed, and one that is not',
    script:
      'S=${DOCKER_HOST#unix://}; mkdir b14; printf "FROM busybox\\nCOPY f /f\\n" > b14/Dockerfile; ' +
      'echo gzipped > b14/f; tar -C b14 -cf b14.tar .; gzip -k b14.tar; for f in b14.tar b14.tar.gz; ' +
      'do curl -s --unix-socket $S -H "Content-Type: application/tar" -H "Content-Encoding: ' +
      'gzip" -H "Transfer-Encoding: chunked" --data-binary @$f "http://d/build?t=b14&nocache=1" | ' +
      'grep -c "Successfully tagged b14"; done; docker run --rm b14 cat /f; ' +
      'docker create --name b14c busybox >/dev/null; ' +
      'curl -s -w "%{http_code}\\n" --unix-socket $S -H "Content-Encoding: ' +
      'gzip" -T b14.tar.gz "http://d/containers/b14c/archive?path=/tmp"; ' +
      'docker cp b14c:/tmp/f - | tar -xO; docker rm b14c >/dev/null; docker rmi b14 >/dev/null',
    shows: /^1\n1\ngzipped\n200\ngzipped\n$/,
  },
  {
    does: 'image prune, builder prune',
    script:
      'printf "FROM busybox\\nLABEL p13=1\\n" | docker build -q - >/dev/null; ' +
      'docker image prune -f --filter label=p13=1 | grep -c -i reclaimed; ' +
      'docker builder prune -f --filter until=100h | tail -1',
    shows: /^1\nTotal:?/,
  },
];
