import type { Group } from '../group.ts';

const dockerfile = `FROM compared AS first
ARG WORD=none
ENV KEPT=\${WORD}
RUN id; cat /proc/self/uid_map >/map; echo $WORD >/word; mkdir /made; echo r >/made/r; \\
  chown 33:2000 /made/r; cp /suid/id /made/id; chmod 4755 /made/id
RUN cp /bin/busybox /made/p && setcap cap_net_raw=ep /made/p && setfattr -n user.k -v w /made/r && \\
  ln -s r /made/l && stat -c "%u %g" /own/1000 >/seen
COPY --chown=1000:33 ctx/f /copied/f
COPY --chown=app:team ctx/sub /copied/sub
COPY ctx/capable ctx/setuid /kept/
ADD ctx/a.tar /added/
RUN stat -c "%n %u %g %a" /copied/f /copied/sub/s /kept/* /added/in >/copied/list
USER app
RUN id -u >/tmp/user && touch /tmp/mine && stat -c "%u %g" /tmp/mine >>/tmp/user && ! touch /etc/no
WORKDIR /work/dir
USER 0
VOLUME /data
HEALTHCHECK --interval=1s CMD true
ONBUILD RUN echo triggered >/triggered
STOPSIGNAL USR1
EXPOSE 80/udp
LABEL l=m
ENTRYPOINT ["sh", "-c"]
CMD ["echo cmd"]
FROM compared
COPY --from=first /made /made
COPY --from=first --chown=5:6 /made/r /chowned
COPY --from=first /own /own2
COPY --from=first /map /word /seen /copied /tmp/user /x/
RUN --network=none ls /sys/class/net >/nets
`;

const context =
  'mkdir -p ctx/sub; echo f >ctx/f; echo s >ctx/sub/s; cp /bin/busybox ctx/capable; ' +
  'setcap cap_chown=ep ctx/capable; echo x >ctx/setuid; chmod 4755 ctx/setuid; mkdir t; echo in >t/in; ' +
  'chown 44:55 t/in; tar -C t -cf ctx/a.tar in; printf secret >sec';

/** The content of that Dockerfile's image, inspected in one container. */
const holds = {
  'owners of what RUN made': 'stat -c "%n %u %g %a" /made /made/r /made/id /made/l',
  'capabilities of what RUN made': 'getcap /made/p',
  'what RUN saw': 'cat /x/word /x/seen /x/user',
  'what COPY and ADD made': 'cat /x/list',
  'owners copied between stages':
    'stat -c "%n %u %g %a" /own2/1 /own2/33 /own2/1000 /own2/65535 /own2/mode-4755 /own2/dir-2775 /chowned',
  'setuid from a stage': 'su app -c "/made/id -u"',
  'attributes from a stage': '/bin/getfattr --absolute-names --only-values -n user.k /made/r; :',
  'networks of RUN': 'cat /nets',
};
const configured = {
  configuration:
    'docker image inspect -f "{{.Config.User}} {{.Config.Cmd}} {{.Config.Env}} {{len .RootFS.Layers}}" $G-i',
  'diff of a container':
    'docker create --name $G-c $G-i >/dev/null; docker diff $G-c; docker rm $G-c >/dev/null',
};

/** Mounts of RUN, and its environment: one file each in /l. */
const mounted = `FROM compared AS a
RUN chown 1000 /own/33
FROM compared
RUN mkdir /l
RUN --mount=type=secret,id=s stat -c "%u %g %a" /run/secrets/s >/l/secret && cat /run/secrets/s >>/l/secret
RUN --mount=type=secret,id=s,uid=1000,mode=0400 stat -c "%u %g %a" /run/secrets/s >/l/secret-owned
RUN --mount=type=cache,id=cache,target=/c touch /c/one && chown 33 /c/one
RUN --mount=type=cache,id=cache,target=/c touch /c/two && stat -c "%n %u" /c/* >/l/cache
RUN --mount=type=cache,target=/d,uid=1000,gid=33,mode=0700 \\
  touch /d/x && stat -c "%u %g %a" /d /d/x >/l/cache-owned
RUN --mount=type=bind,source=ctx,target=/ctx stat -c "%n %u %g %a" /ctx/f /ctx/sub >/l/bind; ! touch /ctx/no
RUN --mount=type=bind,source=ctx,target=/ctx,rw touch /ctx/yes && cp -a /ctx/sub /kept && ls /kept >/l/written
RUN --mount=from=a,target=/a stat -c "%n %u" /a/own/33 /a/own/1000 /a/suid/cat >/l/stage && cp /a/own/33 /got
RUN --mount=type=tmpfs,target=/t stat -c "%u %a" /t >/l/tmpfs && touch /t/x
RUN <<END
echo one >/l/heredoc
id -u >>/l/heredoc
END
COPY <<END /file
content
END
COPY --link --chmod=640 --chown=1000:33 ctx/f /linked/f
RUN grep -E '^(Cap|Seccomp:|NoNew)' /proc/self/status >/l/capabilities
RUN cat /proc/self/limits >/l/limits; \\
  awk '{print $2, $3}' /proc/mounts | grep -v -E '^/(proc|sys|dev)/' | sort >/l/mounts
RUN ls /dev >/l/dev; echo x >/dev/null; echo o >/dev/stdout
USER app
RUN --mount=type=cache,target=/u,uid=1000 touch /u/x && stat -c "%u" /u/x >/tmp/cache-of-user
USER root
`;

/**
 * BuildKit in the way of SDKs, over `POST /build`: the response's status, and the refusal if there is one.
 */
const overRequest = [
  'mkdir sdk; printf "FROM compared\\n" >sdk/Dockerfile; tar -C sdk -cf plain.tar Dockerfile; ' +
    'S=${DOCKER_HOST#unix://}',
  'T="Content-Type: application/x-tar"; U="http://d/build?version=2&t=$G-sdk"',
  'curl -s -o said -w "%{http_code}" --unix-socket $S -H "$T" --data-binary @plain.tar "$U"',
  'grep -o "is blocked: [^(]*" said; docker rmi -f $G-sdk >/dev/null 2>&1; :',
].join('\n');

/** Images created by both builders. */
export const builds: readonly Group[] = [
  {
    of: 'BuildKit',
    before:
      `cat >Dockerfile <<'DOCKERFILE'\n${dockerfile}DOCKERFILE\ncat >Mounts <<'DOCKERFILE'\n` +
      `${mounted}DOCKERFILE\n${context}; docker build -q --build-arg WORD=word -t $G-i .; ` +
      'docker build -q --build-arg WORD=word --target first -t $G-first .; ' +
      'docker build -q --secret id=s,src=sec -t $G-m -f Mounts .',
    run: '',
    image: '$G-i',
    snippets: holds,
    then: [
      {
        run: '',
        image: '$G-m',
        snippets: Object.fromEntries([
          ...[
            'secret',
            'secret-owned',
            'cache',
            'cache-owned',
            'bind',
            'written',
            'stage',
            'tmpfs',
            'heredoc',
            'capabilities',
            'limits',
            'mounts',
            'dev',
          ].map((name) => [`RUN --mount and more: ${name}`, `cat /l/${name}`]),
          ['a cache of a user', 'cat /tmp/cache-of-user'],
          ['copied from a mounted stage', 'stat -c %u /got'],
          [
            'nothing of mounts stays',
            'ls -A / | grep -E "^(t|c|d|u|ctx|a)$" | while read -r d; do echo $d; ls -A /$d; done',
          ],
          ['COPY of a heredoc', 'cat /file; stat -c "%u %a" /file'],
          ['COPY --link --chmod', 'stat -c "%u %g %a" /linked /linked/f'],
        ]),
      },
      {
        snippets: {
          ...configured,
          'configuration of a stage':
            'docker image inspect -f "{{.Config.User}} {{.Config.WorkingDir}} {{.Config.Volumes}} ' +
            '{{.Config.Healthcheck.Test}} {{.Config.OnBuild}} {{.Config.StopSignal}} ' +
            '{{.Config.ExposedPorts}} {{.Config.Labels}} {{.Config.Entrypoint}} {{.Config.Cmd}} ' +
            '{{.Config.Env}}" $G-first',
          'ids of RUN': 'docker run --rm $G-first "cat /map"',
          'the command and working directory': 'docker run --rm $G-first "pwd; stat -c %u /work /work/dir"',
          ONBUILD:
            'echo "FROM $G-first" >Onbuild; docker build -q -t $G-on -f Onbuild . >/dev/null; ' +
            'docker run --rm $G-on "cat /triggered"',
          'a failing RUN':
            'printf "FROM compared\\nRUN exit 7\\n" >D; docker build -q -f D . 2>&1 | grep -c "exit code: 7"',
          'output as an archive':
            'printf "FROM compared AS a\\nRUN touch /u; ' +
            'chown 77:78 /u\\nFROM scratch\\nCOPY --from=a /u /own/65535 /made/\\n" >D; ' +
            'docker build -q -f D -o type=tar,dest=out.tar . >/dev/null 2>&1; ' +
            "tar -tv --numeric-owner -f out.tar | awk '{print $1, $2, $6}'",
          'a later build finds the cache':
            'docker build --progress plain -f Mounts --secret id=s,src=sec . 2>&1 | grep -c CACHED | ' +
            "awk '{print ($1 > 5)}'",
          'over POST /build': overRequest,
          'images gone': 'docker rmi -f $(docker images -q --filter reference="$G-*" | sort -u) >/dev/null',
        },
      },
    ],
  },
  {
    of: 'the classic builder',
    before:
      "export DOCKER_BUILDKIT=0; cat >Dockerfile <<'DOCKERFILE'\n" +
      `${dockerfile.replace('RUN --network=none', 'RUN')}DOCKERFILE\n` +
      `${context}; docker build -q --build-arg WORD=word -t $G-i .`,
    run: '',
    image: '$G-i',
    snippets: holds,
    then: [
      {
        snippets: {
          ...configured,
          'a failing RUN':
            'printf "FROM compared\\nRUN exit 7\\n" >D; DOCKER_BUILDKIT=0 docker build -q -f D . 2>&1 | ' +
            'grep -c "non-zero code: 7"',
          'limits and no network':
            'printf "FROM compared\\nRUN ulimit -n; df -k /dev/shm | tail -1; ls /sys/class/net\\n" >D; ' +
            'DOCKER_BUILDKIT=0 docker build --network none --ulimit nofile=77 --shm-size 3m -f D . ' +
            '2>/dev/null | grep -E "^77$|3072|^(lo|eth0)$"',
          layers:
            'docker history --format "{{.CreatedBy}}" $G-i | sed "s/#(nop).*sha256:/x:/; s/ID64.*//; ' +
            's/file:[0-9a-f]*/FILE/; s/multi:[0-9a-f]*/MULTI/; s/dir:[0-9a-f]*/DIR/"',
          'images gone':
            'docker rmi -f $(docker images -q --filter reference="$G-*" | sort -u) >/dev/null; ' +
            'docker image prune -f >/dev/null',
        },
      },
    ],
  },
];
