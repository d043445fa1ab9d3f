import type { Group } from '../group.ts';

const dockerfile = `FROM compared AS first
ARG WORD=none
ENV KEPT=\${WORD}
RUN id; cat /proc/self/uid_map >/map; echo $WORD >/word; mkdir /made; echo r >/made/r; chown 33:2000 /made/r; cp /suid/id /made/id; chmod 4755 /made/id
RUN cp /bin/busybox /made/p && setcap cap_net_raw=ep /made/p && setfattr -n user.k -v w /made/r && ln -s r /made/l && stat -c "%u %g" /own/1000 >/seen
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

const context = `mkdir -p ctx/sub; echo f >ctx/f; echo s >ctx/sub/s; cp /bin/busybox ctx/capable; setcap cap_chown=ep ctx/capable; echo x >ctx/setuid; chmod 4755 ctx/setuid; mkdir t; echo in >t/in; chown 44:55 t/in; tar -C t -cf ctx/a.tar in; printf secret >sec`;

const built = (image: string) => ({
  'owners of what RUN made': `docker run --rm ${image} stat -c "%n %u %g %a" /made /made/r /made/id /made/l`, 'capabilities of what RUN made': `docker run --rm ${image} getcap /made/p`,
  'what RUN saw': `docker run --rm ${image} sh -c "cat /x/word /x/seen /x/user"`, 'what COPY and ADD made': `docker run --rm ${image} cat /x/list`, 'owners copied between stages': `docker run --rm ${image} sh -c "stat -c '%n %u %g %a' /own2/1 /own2/33 /own2/1000 /own2/65535 /own2/mode-4755 /own2/dir-2775 /chowned"`, 'setuid from a stage': `docker run --rm ${image} su app -c '/made/id -u'`, 'attributes from a stage': `docker run --rm ${image} /bin/getfattr --absolute-names --only-values -n user.k /made/r; :`,
  'configuration': `docker image inspect -f "{{.Config.User}} {{.Config.Cmd}} {{.Config.Env}} {{len .RootFS.Layers}}" ${image}`, 'diff of a container': `docker create --name ${image}-c ${image} >/dev/null; docker diff ${image}-c; docker rm ${image}-c >/dev/null`,
});

/** Images made by both builders. */
export const builds: readonly Group[] = [
  {
    of: 'BuildKit', before: `cat >Dockerfile <<'END'\n${dockerfile}END\n${context}; docker build -q --build-arg WORD=word -t $G-i . && docker build -q --build-arg WORD=word --target first -t $G-first .`,
    see: {
      ...built('$G-i'),
      'configuration of a stage': 'docker image inspect -f "{{.Config.User}} {{.Config.WorkingDir}} {{.Config.Volumes}} {{.Config.Healthcheck.Test}} {{.Config.OnBuild}} {{.Config.StopSignal}} {{.Config.ExposedPorts}} {{.Config.Labels}} {{.Config.Entrypoint}} {{.Config.Cmd}} {{.Config.Env}}" $G-first', 'ids of RUN': 'docker run --rm $G-first "cat /map"', 'working directory': 'docker run --rm $G-first "pwd; stat -c %u /work /work/dir"', 'the command': 'docker run --rm $G-first', 'ONBUILD': 'echo "FROM $G-first" >Onbuild; docker build -q -t $G-on -f Onbuild . >/dev/null; docker run --rm $G-on "cat /triggered"',
      'a secret': 'printf "FROM compared\\nRUN --mount=type=secret,id=s stat -c \'%%u %%g %%a\' /run/secrets/s >/s && cat /run/secrets/s >>/s\\n" >D; docker build -q --secret id=s,src=sec -t $G-sec -f D . >/dev/null && docker run --rm $G-sec cat /s', 'a secret with an owner': 'printf "FROM compared\\nRUN --mount=type=secret,id=s,uid=1000,mode=0400 stat -c \'%%u %%g %%a\' /run/secrets/s >/s\\n" >D; docker build -q --secret id=s,src=sec -t $G-sec -f D . >/dev/null && docker run --rm $G-sec cat /s',
      'a cache mount': 'printf "FROM compared\\nARG X\\nRUN --mount=type=cache,id=$G,target=/c touch /c/\\$X && chown 33 /c/\\$X && stat -c \'%%n %%u\' /c/* >/list\\n" >D; docker build -q --build-arg X=one -t $G-ca -f D . >/dev/null; docker build -q --build-arg X=two -t $G-ca -f D . >/dev/null; docker run --rm $G-ca cat /list', 'a cache mount of a user': 'printf "FROM compared\\nUSER app\\nRUN --mount=type=cache,target=/c,uid=1000,gid=33,mode=0700 touch /c/x && stat -c \'%%u %%g %%a\' /c /c/x >/tmp/list\\n" >D; docker build -q -t $G-cu -f D . >/dev/null; docker run --rm $G-cu cat /tmp/list', 'a bind mount of the context': 'printf "FROM compared\\nRUN --mount=type=bind,source=ctx,target=/ctx stat -c \'%%n %%u %%g %%a\' /ctx/f /ctx/sub >/list; ! touch /ctx/no\\n" >D; docker build -q -t $G-b -f D . >/dev/null; docker run --rm $G-b cat /list', 'a bind mount that is written': 'printf "FROM compared\\nRUN --mount=type=bind,source=ctx,target=/ctx,rw touch /ctx/yes && cp -a /ctx/sub /kept && ls /kept >/list\\n" >D; docker build -q -t $G-b -f D . >/dev/null; docker run --rm $G-b cat /list', 'a bind mount of a stage': 'printf "FROM compared AS a\\nRUN chown 1000 /own/33\\nFROM compared\\nRUN --mount=from=a,target=/a stat -c \'%%n %%u\' /a/own/33 /a/own/1000 /a/suid/cat >/list && cp /a/own/33 /got\\n" >D; docker build -q -t $G-b -f D . >/dev/null; docker run --rm $G-b sh -c "cat /list; stat -c %u /got"', 'a tmpfs mount': 'printf "FROM compared\\nRUN --mount=type=tmpfs,target=/t stat -c \'%%u %%a\' /t >/list && touch /t/x\\n" >D; docker build -q -t $G-t -f D . >/dev/null; docker run --rm $G-t sh -c "cat /list; ! ls /t"',
      'a heredoc': 'printf "FROM compared\\nRUN <<E\\necho one >/h\\nid -u >>/h\\nE\\nCOPY <<F /file\\ncontent\\nF\\n" >D; docker build -q -t $G-h -f D . >/dev/null; docker run --rm $G-h sh -c "cat /h /file; stat -c \'%u %a\' /file"', 'COPY --link and --chmod': 'printf "# syntax-less\\nFROM compared\\nCOPY --link --chmod=640 --chown=1000:33 ctx/f /l/f\\n" >D; docker build -q -t $G-l -f D . >/dev/null; docker run --rm $G-l stat -c "%u %g %a" /l /l/f', 'capabilities in RUN': 'printf "FROM compared\\nRUN grep -E \'^(Cap|Seccomp:|NoNew)\' /proc/self/status >/s\\n" >D; docker build -q -t $G-cp -f D . >/dev/null; docker run --rm $G-cp cat /s', 'mounts and limits in RUN': 'printf "FROM compared\\nRUN cat /proc/self/limits >/s; awk \'{print \\$2, \\$3}\' /proc/mounts | grep -v -E \'^/(proc|sys|dev)/\' | sort >>/s\\n" >D; docker build -q -t $G-li -f D . >/dev/null; docker run --rm $G-li cat /s', '/dev in RUN': 'printf "FROM compared\\nRUN ls /dev >/s; echo x >/dev/null; echo o >/dev/stdout\\n" >D; docker build -q -t $G-de -f D . >/dev/null; docker run --rm $G-de cat /s', 'a failing RUN': 'printf "FROM compared\\nRUN exit 7\\n" >D; docker build -q -f D . 2>&1 | grep -c "exit code: 7"', 'output to a directory': 'printf "FROM scratch\\nCOPY --chown=1000:33 ctx/f /f\\n" >D; docker build -q -f D -o outdir . >/dev/null 2>&1; cat outdir/f', 'output as an archive': 'printf "FROM compared AS a\\nRUN touch /u; chown 77:78 /u\\nFROM scratch\\nCOPY --from=a /u /own/65535 /made/\\n" >D; docker build -q -f D -o type=tar,dest=out.tar . >/dev/null 2>&1; tar -tv --numeric-owner -f out.tar | awk \'{print $1, $2, $6}\'',
      'images gone': 'docker rmi -f $(docker images -q --filter reference="$G-*" | sort -u) >/dev/null',
    },
  },
  {
    of: 'the classic builder', before: `export DOCKER_BUILDKIT=0; cat >Dockerfile <<'END'\n${dockerfile.replace('RUN --network=none', 'RUN')}END\n${context}; docker build -q --build-arg WORD=word -t $G-i .`,
    see: { ...built('$G-i'), 'a failing RUN': 'printf "FROM compared\\nRUN exit 7\\n" >D; DOCKER_BUILDKIT=0 docker build -q -f D . 2>&1 | grep -c "non-zero code: 7"', 'no network': 'printf "FROM compared\\nRUN ls /sys/class/net\\n" >D; DOCKER_BUILDKIT=0 docker build --network none -f D . 2>/dev/null | grep -c -E "^(lo|eth0)$"', 'limits': 'printf "FROM compared\\nRUN ulimit -n; df -k /dev/shm | tail -1\\n" >D; DOCKER_BUILDKIT=0 docker build --ulimit nofile=77 --shm-size 3m -f D . 2>/dev/null | grep -E "^77$|3072"', 'layers': 'docker history --format "{{.CreatedBy}}" $G-i | sed "s/#(nop).*sha256:/x:/; s/ID64.*//; s/file:[0-9a-f]*/FILE/; s/multi:[0-9a-f]*/MULTI/; s/dir:[0-9a-f]*/DIR/"', 'images gone': 'docker rmi -f $(docker images -q --filter reference="$G-*" | sort -u) >/dev/null; docker image prune -f >/dev/null' },
  },
];
