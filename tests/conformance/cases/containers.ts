import type { Case } from '../case.ts';

/** `docker run`, `exec`, `attach` and the rest of a container's life. */
export const containers: readonly Case[] = [
  {
    does: 'run shows output on the right streams and passes the exit code',
    script: 'docker run --rm busybox sh -c "echo out; echo err >&2; exit 7"',
    shows: /^out\n$/,
    code: 7,
  },
  {
    does: 'run says 127 for a command that is not there, 126 for one that cannot run',
    script: 'docker run --rm busybox nothere; echo $?; docker run --rm busybox /etc; echo $?',
    shows: /^127\n126\n$/,
  },
  {
    does: 'run says 125 for an image that is nowhere',
    script: 'docker run --rm --pull never nosuchimage:1 true',
    code: 125,
  },
  {
    does: 'run -d, ps, inspect, stop, rm',
    script:
      'docker run -d --name c1 --label a=b busybox sleep 1000 && ' +
      'docker ps --filter label=a=b --format "{{.Names}} {{.Image}} {{.Command}} {{.State}}" && ' +
      'docker inspect -f "{{.State.Running}} {{.Config.Labels.a}} {{.Path}}" c1 && ' +
      'docker stop -t 0 c1 && docker inspect -f "{{.State.ExitCode}}" c1 && docker rm c1',
    shows: /c1 busybox "sleep 1000" running\ntrue b sleep\nc1\n137\nc1\n$/,
  },
  {
    does: 'run -i reads stdin to its end',
    script: 'printf "one\\ntwo\\n" | docker run -i --rm busybox wc -l',
    shows: /^2\n$/,
  },
  {
    does: 'run -t gives a terminal',
    script: 'script -qec "docker run -t --rm busybox sh -c \'tty; test -t 1 && echo terminal\'" /dev/null',
    shows: /\/dev\/pts\/0\s+terminal/,
  },
  {
    does: 'run -it has the size of the terminal',
    script:
      'script -qec "stty cols 91 rows 33; docker run -it --rm busybox sh -c \'sleep .3; ' +
      'stty size\'" /dev/null </dev/null',
    shows: /33 91/,
  },
  {
    does: 'run passes signals on',
    script:
      "docker run --name c2 busybox sh -c \"trap 'echo caught; exit 5' TERM; echo ready; while :; " +
      'do sleep .05; done" > c2.out & p=$!; until grep -q ready c2.out 2>/dev/null; do sleep .05; done; ' +
      'kill -TERM $p; wait $p; echo $?; cat c2.out; docker rm c2',
    shows: /^5\nready\ncaught\nc2\n$/,
  },
  {
    does: 'kill -s, wait',
    script:
      "docker run -d --name c3 busybox sh -c \"trap 'exit 9' USR1; touch /ready; while :; " +
      'do sleep .05; done" >/dev/null; until docker exec c3 test -e /ready; do sleep .1; done; ' +
      'docker wait c3 > w & docker kill -s USR1 c3; wait; cat w; docker rm c3',
    shows: /^c3\n9\nc3\n$/,
  },
  {
    does: 'run --init reaps and is process 1',
    script: 'docker run --rm --init busybox cat /proc/1/comm',
    shows: /^docker-init\n$/,
  },
  {
    does: 'environment, working directory, host name, user, groups',
    script:
      'docker run --rm -e A=1 --env B=2 -w /tmp -h box -u 1000:1001 --group-add 7 busybox sh -c "echo ' +
      '$A $B; pwd; hostname; id"',
    shows: /tmp\nbox\nuid=1000 gid=1001 groups=7/,
  },
  {
    does: 'env file, entrypoint, labels file',
    script:
      'printf "X=from file\\n" > e; printf "l=1\\n" > l; ' +
      'docker run --rm --env-file e --label-file l --entrypoint sh busybox -c "echo $X; env | grep ^X"',
    shows: /X=from file/,
  },
  {
    does: 'limits show inside inspect',
    script:
      'docker create --name c4 -m 64m --memory-swap 128m --cpus .5 --pids-limit 50 --cpu-shares 512 ' +
      '--ulimit nofile=100:200 --shm-size 8m --blkio-weight 0 --oom-score-adj 100 busybox true ' +
      '>/dev/null && docker inspect -f "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} ' +
      '{{.HostConfig.PidsLimit}} {{.HostConfig.ShmSize}} {{json .HostConfig.Ulimits}}" c4 && ' +
      'docker rm c4',
    shows: /^67108864 500000000 50 8388608 /,
  },
  {
    does: 'limits hold',
    script:
      'docker run --rm --ulimit nofile=100:200 --shm-size 8m busybox sh -c "ulimit -n; ulimit -Hn; ' +
      "df -k /dev/shm | tail -1 | awk '{print \\$2}'\"",
    shows: /^100\n200\n8192\n$/,
  },
  {
    does: 'capabilities, read-only root, tmpfs, no-new-privileges',
    script:
      'docker run --rm --cap-drop ALL --cap-add CHOWN --read-only --tmpfs /t:size=1m --security-opt ' +
      "no-new-privileges busybox sh -c \"grep -E 'CapEff|NoNewPrivs' /proc/self/status; touch /t/a && " +
      'echo tmpfs; touch /a || echo readonly"',
    shows: /CapEff:\s+0+1\nNoNewPrivs:\s+1\ntmpfs\nreadonly/,
  },
  {
    does: 'a health check becomes healthy, then unhealthy',
    script:
      'docker run -d --name c5 --health-cmd "test -e /ok" --health-interval 100ms --health-retries 1 ' +
      'busybox sh -c "touch /ok; sleep 1000" >/dev/null; ' +
      'until [ "$(docker inspect -f "{{.State.Health.Status}}" c5)" = healthy ]; do sleep .1; done; ' +
      'echo healthy; docker exec c5 rm /ok; until [ "$(docker inspect -f "{{.State.Health.Status}}" ' +
      'c5)" = unhealthy ]; do sleep .1; done; echo unhealthy; docker rm -f c5',
    shows: /^healthy\nunhealthy\nc5\n$/,
  },
  {
    does: 'a restart policy restarts',
    script:
      'docker run -d --name c6 --restart on-failure:2 busybox sh -c "exit 3" >/dev/null; ' +
      'until [ "$(docker inspect -f "{{.RestartCount}} {{.State.Status}}" c6)" = "2 exited" ]; ' +
      'do sleep .1; done; docker inspect -f "{{.State.ExitCode}} {{.HostConfig.RestartPolicy.Name}}" ' +
      'c6; docker rm c6',
    shows: /^3 on-failure\nc6\n$/,
  },
  {
    does: 'ports are published and listed',
    script:
      'docker run -d --name c7 -p 127.0.0.1::8080 busybox sh -c "mkdir /w; echo served > /w/index.html; ' +
      'httpd -f -p 8080 -h /w" >/dev/null; docker port c7 8080/tcp; for i in $(seq 50); ' +
      'do curl -sf http://$(docker port c7 8080/tcp)/ && break; sleep .1; done; docker rm -f c7',
    shows: /served\nc7\n$/,
  },
  {
    does: 'extra hosts, DNS options, MAC address',
    script:
      'docker run --rm --add-host other:10.1.2.3 --dns 10.9.9.9 --dns-search example.test --dns-option ' +
      'ndots:2 --mac-address 02:42:ac:11:00:77 busybox sh -c "grep other /etc/hosts; ' +
      'grep -v ^# /etc/resolv.conf; cat /sys/class/net/eth0/address"',
    shows: /02:42:ac:11:00:77/,
  },
  {
    does: 'exec: exit codes, environment, user, directory, detached',
    script:
      'docker run -d --name c8 busybox sleep 1000 >/dev/null; docker exec c8 sh -c "exit 4"; echo $?; ' +
      'docker exec -e V=w -w /tmp -u 65534 c8 sh -c "echo \\$V; pwd; id -u"; ' +
      'docker exec -d c8 touch /detached; until docker exec c8 test -e /detached; do sleep .1; done; ' +
      'docker exec c8 nothere; echo $?; docker rm -f c8',
    shows: /^4\nw\n\/tmp\n65534\n[\s\S]*12[67]\nc8\n$/,
  },
  {
    does: 'exec -i ends with its input, exec -t has a terminal, exec --privileged works',
    script:
      'docker run -d --name c9 busybox sleep 1000 >/dev/null; echo x | docker exec -i c9 cat; ' +
      'script -qec "docker exec -t c9 tty" /dev/null; docker exec --privileged c9 echo privileged; ' +
      'docker rm -f c9',
    shows: /^x\n\/dev\/pts\/\d\s+privileged\nc9\n$/,
  },
  {
    does: 'attach shows what comes and ends with the container',
    script:
      'docker run -d --name c10 busybox sh -c "while [ ! -e /go ]; do sleep .05; done; echo attached; ' +
      'exit 6" >/dev/null; docker attach c10 > a10 & p=$!; sleep .3; docker exec c10 touch /go; ' +
      'wait $p; echo $?; cat a10; docker rm c10',
    shows: /^6\nattached\nc10\n$/,
  },
  {
    does: 'detach keys leave the container running',
    script:
      'docker run -dit --name c11 busybox sh >/dev/null; (sleep 1; printf "\\001\\002"; ' +
      'sleep 1) | script -qec "docker attach --detach-keys ctrl-a,ctrl-b c11" /dev/null >/dev/null; ' +
      'docker inspect -f "{{.State.Running}}" c11; docker rm -f c11',
    shows: /^true\nc11\n$/,
  },
  {
    does: 'start -a -i, restart',
    script:
      'docker create -i --name c12 busybox sh -c "read l; echo got \\$l; exit 2" >/dev/null; ' +
      'echo word | docker start -a -i c12; echo $?; docker restart -t 0 c12; docker rm -f c12',
    shows: /^got word\n2\nc12\nc12\n$/,
  },
  {
    does: 'logs: tail, since, timestamps, details, both streams',
    script:
      'docker run --name c13 --log-opt labels=x --label x=y busybox sh -c "echo 1; echo 2; sleep .3; ' +
      'echo 3 >&2" >/dev/null 2>&1; docker logs --tail 1 c13; ' +
      'docker logs --tail 1 -t c13 2>&1 >/dev/null | cut -c1-4 | tr 0-9 d; ' +
      'docker logs --since 1h c13 2>/dev/null; docker logs --details c13; docker rm c13',
  },
  {
    does: 'logs -f ends when the container ends',
    script:
      'docker run -d --name c14 busybox sh -c "echo a; sleep .5; echo b" >/dev/null; ' +
      'docker logs -f c14; docker rm c14',
    shows: /^a\nb\nc14\n$/,
  },
  {
    does: 'top, diff, stats, pause, rename, update',
    script:
      'docker run -d --name c15 busybox sh -c "echo d > /made; sleep 1000" >/dev/null; ' +
      'until docker diff c15 | grep made; do sleep .1; done; ' +
      'docker top c15 -eo pid,comm | sed "s/[0-9]* *//"; ' +
      'docker stats --no-stream --format "{{.Name}} {{.PIDs}}" c15; docker pause c15; ' +
      'docker inspect -f "{{.State.Paused}}" c15; docker unpause c15; docker rename c15 c15b; ' +
      'docker update --memory 70m --memory-swap 70m --restart no c15b; ' +
      'docker inspect -f "{{.HostConfig.Memory}}" c15b; docker rm -f c15b',
    shows: /A \/made\nPID[^\n]*\nsleep\nc15 1\nc15\ntrue\nc15\nc15b\n73400320\nc15b\n$/,
  },
  {
    does: 'commit, export | import, history',
    script:
      'docker run --name c16 busybox sh -c "echo kept > /f" && ' +
      'docker commit -a me -m why -c "CMD [\\"cat\\",\\"/f\\"]" c16 made:1 >/dev/null && ' +
      'docker run --rm made:1 && docker export c16 | docker import -c "CMD cat /f" - made:2 >/dev/null ' +
      '&& docker run --rm made:2 && docker history --format "{{.Comment}}" made:1 | head -1; ' +
      'docker rm c16; docker rmi made:1 made:2 >/dev/null',
    shows: /^kept\nkept\nwhy\nc16\n$/,
  },
  {
    does: '--privileged, --runtime and --userns run as ever',
    script:
      'docker run --rm --privileged busybox sh -c "mount -t tmpfs none /tmp && echo mounted"; ' +
      'docker run --rm --runtime runc --userns host busybox echo ignored',
    shows: /^mounted\nignored\n$/,
  },
  {
    does: 'a namespace of another container',
    script:
      'docker run -d --name c17 busybox sleep 1000 >/dev/null; ' +
      'docker run --rm --network container:c17 --pid container:c17 --ipc container:c17 busybox ps -o ' +
      'comm | sort -u; docker rm -f c17',
  },
  {
    does: 'errors: no such container, name in use, bad option, removing what runs',
    script:
      'docker start nosuch; echo $?; docker exec nosuch true; echo $?; docker attach nosuch; echo $?; ' +
      'docker logs nosuch; echo $?; docker cp nosuch:/x .; echo $?; ' +
      'docker create --name c18 busybox true >/dev/null; ' +
      'docker create --name c18 busybox true 2>&1 | sed "s/\\"[0-9a-f]*\\"/ID/g"; ' +
      'docker run --rm -m 1k busybox true; echo $?; docker start c18 >/dev/null; docker wait c18; ' +
      'docker exec c18 true; echo $?; docker rm c18; docker inspect nosuch; echo $?',
    shows: /c18\n/,
  },
  {
    does: 'rm -f of a running one, rm -v, container prune, ps filters',
    script:
      'docker run -d --name c19 -v /data --label p19 busybox sleep 1000 >/dev/null; ' +
      'docker ps -q --filter name=c19 | wc -l; docker rm -fv c19; ' +
      'docker create --label p19 busybox true >/dev/null; ' +
      'docker container prune -f --filter label=p19 | tail -1; docker ps -aq --filter label=p19 | wc -l',
    // containerd's image store counts the directory.
    shows: /^1\nc19\nTotal reclaimed space: (?:0B|4\.096kB)\n0\n$/,
  },
  {
    does:
      'the long tail of options: sysctl, devices, seccomp profile, log drivers, cidfile, annotations, ' +
      'stop signal, tmpfs mounts',
    script:
      'echo "{\\"defaultAction\\":\\"SCMP_ACT_ALLOW\\"}" > prof.json; ' +
      'docker run --rm --sysctl net.ipv4.ip_unprivileged_port_start=0 --sysctl kernel.msgmax=65536 ' +
      '--sysctl fs.mqueue.msg_max=20 --device /dev/fuse --security-opt seccomp=prof.json --security-opt ' +
      'apparmor=unconfined --log-driver local --log-opt max-size=1m --cidfile cid20 --annotation a=b ' +
      '--stop-signal USR1 --stop-timeout 3 --mount type=tmpfs,dst=/tm,tmpfs-size=1m,tmpfs-mode=1770 ' +
      '--ipc shareable --cgroupns private --domainname dom.test --expose 99 -P --no-healthcheck ' +
      '--volume-driver local --isolation default --oom-kill-disable=false --memory-swappiness -1 ' +
      '--cpuset-cpus 0 busybox sh -c "cat /proc/sys/net/ipv4/ip_unprivileged_port_start ' +
      '/proc/sys/kernel/msgmax /proc/sys/fs/mqueue/msg_max; stat -c %a /tm; ls /dev/fuse; hostname -d"; ' +
      'wc -c < cid20',
    shows: /^0\n65536\n20\n1770\n\/dev\/fuse\n[\s\S]*64\n$/,
  },
  {
    does:
      'several networks and addresses, a container made paused and restarted, names with dots, ' +
      'a long command line',
    script:
      'docker network create --subnet 10.218.$N.0/24 n21 >/dev/null; ' +
      'docker run -d --name c21.x_y-z --network name=n21,alias=al,ip=10.218.$N.9 busybox sleep 1000 ' +
      '>/dev/null; docker exec c21.x_y-z ip addr | grep -o 10.218.[0-9]*.9/24 | sed "s/.*\\.9/9/"; ' +
      'docker pause c21.x_y-z; docker unpause c21.x_y-z; docker restart -t 0 c21.x_y-z; ' +
      'docker rm -f c21.x_y-z; docker network rm n21; ' +
      'docker run --rm -e BIG=$(head -c 100000 /dev/zero | tr "\\0" x) busybox sh -c "echo \\${#BIG}"',
    shows: /^9\/24\n[\s\S]*n21\n100000\n$/,
  },
  {
    does: 'text of every script and bytes of every kind',
    script:
      'docker run --rm --label "schlüssel=值" -e "ТЕКСТ=ünï  €\\x" busybox env | grep x$; ' +
      'docker run --rm busybox printf "\\\\303\\\\251\\\\377\\\\000" | od -An -tx1',
    shows: /^ТЕКСТ=ünï {2}€\\x\n c3 a9 ff 00\n$/,
  },
];
