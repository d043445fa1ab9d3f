import type { Group } from '../group.ts';

/** Exec, signals, states and what clients see of containers. */
export const executions: readonly Group[] = [
  {
    of: 'exec',
    before: 'docker run -d --name $G-a -e OF=container -w /own --group-add 7 compared sleep 1000',
    snippets: {
      id: 'docker exec $G-a id',
      'as a user': 'docker exec -u 1000 $G-a id',
      'as a named user': 'docker exec -u app $G-a id',
      'as user and group': 'docker exec -u 33:2000 $G-a id',
      'as nobody there': '! docker exec -u nothere $G-a id',
      directory: 'docker exec $G-a pwd; docker exec -w /tmp $G-a pwd',
      'a directory that is not there': 'docker exec -w /nothere $G-a pwd >/dev/null 2>&1; echo $?',
      environment: "docker exec -e A=b -e HOME=/h $G-a sh -c 'echo $A $OF $HOME'",
      'a variable from outside': "X=y docker exec -e X $G-a sh -c 'echo $X'",
      'env file': "echo F=g >env; docker exec --env-file env $G-a sh -c 'echo $F'",
      capabilities: 'docker exec $G-a grep ^Cap /proc/self/status',
      'capabilities of a user': 'docker exec -u app $G-a grep ^Cap /proc/self/status',
      privileged: 'docker exec --privileged $G-a grep ^Cap /proc/self/status',
      'privileged mount': '! docker exec --privileged $G-a mount -t tmpfs none /tmp',
      'exit code': 'docker exec $G-a sh -c "exit 42"; echo $?',
      'a signal': 'docker exec $G-a sh -c "kill -9 \\$\\$"; echo $?',
      'not there': 'docker exec $G-a nothere; echo $?',
      'not executable': 'docker exec $G-a /etc/passwd; echo $?',
      stdin: 'echo through | docker exec -i $G-a cat',
      'stdin of a user, by name': 'echo through | docker exec -i -u app $G-a cat /dev/stdin',
      'stderr apart': 'docker exec $G-a sh -c "echo o; echo e >&2" 2>/dev/null',
      '/dev/stderr': 'docker exec -u 1000 $G-a sh -c "echo e >/dev/stderr" 2>&1 >/dev/null',
      detached:
        'docker exec -d $G-a touch /tmp/detached; for i in $(seq 50); ' +
        'do docker exec $G-a test -e /tmp/detached && break; sleep .1; done; ' +
        'docker exec $G-a ls /tmp/detached',
      'a terminal':
        'script -qec "docker exec -t $G-a sh -c \'tty; stty size; stat -c %u,%a \\$(tty); ' +
        'echo x >/dev/tty\'" /dev/null | sed "s#pts/.*#pts/N#"',
      'a terminal of a user':
        'script -qec "docker exec -it -u 1000 $G-a sh -c \'tty; ' +
        'stat -c %u,%a \\$(tty)\'" /dev/null | grep -o -E "/dev/pts/|1000,620"',
      'much output': 'docker exec $G-a dd if=/dev/zero bs=1M count=8 2>/dev/null | md5sum',
      'much input': 'dd if=/dev/zero bs=1M count=8 2>/dev/null | docker exec -i $G-a md5sum',
      'no new processes after': 'docker exec $G-a ps -o comm | sort',
      'the same namespaces':
        'docker exec $G-a sh -c "for n in mnt net ipc uts pid; ' +
        'do [ \\$(readlink /proc/1/ns/\\$n) = \\$(readlink /proc/self/ns/\\$n) ] && echo \\$n; done"',
      cgroup: 'docker exec $G-a sh -c "cut -d: -f2,3 /proc/self/cgroup | sort -u | wc -l"',
      limits: 'docker exec $G-a cat /proc/self/limits',
      oom_score_adj: 'docker exec $G-a cat /proc/self/oom_score_adj',
      setuid: 'docker exec -u app $G-a /suid/id -u',
      'file capability': 'docker exec -u app $G-a /cap/ping -c1 -W2 127.0.0.1 | grep -c "1 packets received"',
      'in a paused one':
        'docker pause $G-a >/dev/null; docker exec $G-a true; echo $?; docker unpause $G-a >/dev/null',
      top: "docker top $G-a | awk '{print $1, $8, $9}'",
      "top of a user's process":
        'docker exec -d -u 1000 $G-a sleep 555; sleep .3; ' +
        "docker top $G-a -eo uid,comm | awk '{print $2}' | sort",
      'in a stopped one':
        'docker kill $G-a >/dev/null; docker wait $G-a; ' +
        'docker exec $G-a true 2>&1 | sed "s/container .* is/container is/"',
    },
  },
  {
    of: 'states',
    snippets: {
      created:
        'docker create --name $G-a compared true >/dev/null; ' +
        'docker inspect -f "{{.State.Status}} {{.State.ExitCode}} {{.State.Pid}}" $G-a',
      'started and ended':
        'docker start -a $G-a; docker inspect -f "{{.State.Status}} {{.State.ExitCode}}" $G-a',
      'started again': 'docker start $G-a; docker wait $G-a',
      'exit codes': 'for c in 0 1 77 255; do docker run --rm compared sh -c "exit $c"; echo $?; done',
      'killed by the default signal':
        'docker run -d --name $G-b compared sleep 1000 >/dev/null; docker kill $G-b; docker wait $G-b',
      'killed by TERM without a handler':
        'docker start $G-b; docker kill -s TERM $G-b; docker exec $G-b echo still there; docker rm -f $G-b',
      'stop by its signal':
        "docker run -d --name $G-c --stop-signal USR2 compared sh -c \"trap 'exit 3' USR2; touch /r; " +
        'while :; do sleep .05; done" >/dev/null; until docker exec $G-c test -e /r; do sleep .1; done; ' +
        'docker stop $G-c; docker wait $G-c',
      'stop with a time-out':
        'docker start $G-b 2>/dev/null; docker run -d --name $G-d compared sleep 1000 >/dev/null; ' +
        'docker stop -t 0 $G-d; docker wait $G-d',
      restart: 'docker restart -t 0 $G-d; docker inspect -f "{{.State.Running}} {{.RestartCount}}" $G-d',
      pause:
        'docker pause $G-d; docker inspect -f "{{.State.Status}}" $G-d; docker unpause $G-d; ' +
        'docker inspect -f "{{.State.Status}}" $G-d',
      'out of memory':
        'docker run --name $G-e -m 16m --memory-swap 16m compared sh -c "x=\\$(head -c 60m /dev/zero | ' +
        'tr \\"\\\\0\\" x)" >/dev/null 2>&1; docker inspect -f "{{.State.OOMKilled}}" $G-e',
      rename: 'docker rename $G-d $G-dd; docker ps --filter name=$G-dd --format "{{.Names}} {{.State}}"',
      update:
        'docker update -m 32m --memory-swap 64m --cpu-shares 100 --pids-limit 30 $G-dd; ' +
        'docker exec $G-dd sh -c "cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || ' +
        'cat /sys/fs/cgroup/pids.max"',
      stats: 'docker stats --no-stream --format "{{.Name}} {{.PIDs}}" $G-dd',
      logs:
        'docker run --name $G-f compared sh -c "echo one; echo two >&2" >/dev/null 2>&1; ' +
        'docker logs $G-f 2>/dev/null; docker logs $G-f 2>&1 >/dev/null',
      'writing to /dev/stdout is logged':
        'docker run --name $G-g -u 1000 compared sh -c "echo out >/dev/stdout; echo err >/dev/stderr; ' +
        'echo self >/proc/self/fd/1" >/dev/null 2>&1; docker logs $G-g 2>/dev/null; ' +
        'docker logs $G-g 2>&1 >/dev/null',
      'a link to /dev/stdout is logged':
        'docker run --name $G-h compared sh -c "ln -s /dev/stdout /tmp/log; ' +
        'echo linked >>/tmp/log" >/dev/null; docker logs $G-h',
      health:
        'docker run -d --name $G-i --health-cmd "test -e /own/33" --health-interval 200ms compared ' +
        'sleep 1000 >/dev/null; for i in $(seq 50); ' +
        'do [ "$(docker inspect -f "{{.State.Health.Status}}" $G-i)" = healthy ] && break; sleep .1; ' +
        'done; docker inspect -f "{{.State.Health.Status}} {{(index .State.Health.Log 0).ExitCode}}" ' +
        '$G-i',
      'start of what is running': 'docker start $G-dd',
      'wait of several': 'docker kill $G-dd $G-i >/dev/null; docker wait $G-dd $G-i',
      'rm of what runs': 'docker start $G-i >/dev/null; docker rm $G-i >/dev/null 2>&1; echo $?',
      sigproxy:
        "docker run --name $G-j compared sh -c \"trap 'echo got; exit 4' INT; touch /r; while :; " +
        'do sleep .05; done" >sig & p=$!; until docker exec $G-j test -e /r 2>/dev/null; do sleep .1; ' +
        'done; docker kill -s INT $G-j >/dev/null; wait $p; echo $?; cat sig',
      'a restart policy':
        'docker run -d --name $G-k --restart on-failure:1 compared sh -c "exit 3" >/dev/null; ' +
        'until [ "$(docker inspect -f "{{.RestartCount}} {{.State.Status}}" $G-k)" = "1 exited" ]; ' +
        'do sleep .1; done; docker inspect -f "{{.State.ExitCode}}" $G-k',
      ps: 'docker ps -a --filter name=^$G- --format "{{.Names}} {{.State}} {{.Image}} {{.Command}}" | sort',
      'ps --size':
        'docker run --name $G-l compared dd if=/dev/zero of=/x bs=1000 count=1 2>/dev/null; ' +
        'docker ps -a --filter name=$G-l --size --format "{{.Size}}" | cut -d" " -f1',
      'a program that is not there': 'docker run --rm compared nothere 2>/dev/null; echo $?',
      'a program that may not run':
        'docker run --rm -u 1000 compared /own/dir-0700/../mode-0666 2>/dev/null; echo $?',
      "a program of another's directory":
        'docker run --rm -u 33 -w /own/dir-0700 compared pwd 2>/dev/null; echo $?',
      'a working directory that is made':
        'docker run --rm -w /new/dir compared sh -c "pwd; stat -c %u,%g,%a ."',
      'a working directory of a user': 'docker run --rm -u 1000 -w /new/dir compared stat -c %u,%g,%a .',
    },
  },
  {
    of: 'reported to clients',
    before:
      'docker run -d --name $G-a --label l=v --cap-add NET_ADMIN --security-opt no-new-privileges -v ' +
      '$G-v:/v -v /anon --tmpfs /t -p 127.0.0.1::80 -m 64m --init -h told compared sleep 1000',
    snippets: {
      'fields of inspect': 'docker inspect $G-a | grep -o "^ *\\"[A-Za-z0-9]*\\":" | tr -d " " | sort -u',
      configuration: 'docker inspect -f "{{json .Config}}" $G-a',
      'host configuration': 'docker inspect -f "{{json .HostConfig}}" $G-a | sed s/\'"Runtime":"[a-z]*"\'//',
      runtime: 'docker inspect -f "{{.HostConfig.Runtime}}" $G-a',
      state:
        'docker inspect -f "{{.State.Status}} {{.State.Running}} {{.State.Paused}} {{.State.Dead}} ' +
        '{{.State.Error}}" $G-a',
      mounts:
        'docker inspect -f "{{range .Mounts}}{{.Type}} {{.Destination}} {{.Mode}} {{.RW}} ' +
        '{{.Propagation}}{{println}}{{end}}" $G-a | sort',
      storage:
        'docker inspect -f "{{.GraphDriver.Name}} {{range \\$k, ' +
        '\\$v := .GraphDriver.Data}}{{\\$k}} {{end}}" $G-a',
      'path and arguments':
        'docker inspect -f "{{.Path}} {{.Args}} {{.Platform}} {{.Driver}} ' +
        '{{.ProcessLabel}}{{.AppArmorProfile}}" $G-a',
      'network settings':
        'docker inspect -f "{{range \\$n, \\$v := .NetworkSettings.Networks}}{{\\$n}} ' +
        '{{\\$v.IPPrefixLen}} {{len \\$v.MacAddress}}{{end}} {{len .NetworkSettings.Ports}}" $G-a',
      'exec inspect': 'docker inspect -f "{{.ExecIDs}}" $G-a',
      'the volume': 'docker volume inspect -f "{{.Driver}} {{.Scope}} {{.Options}} {{json .Labels}}" $G-v',
      'the image':
        'docker image inspect -f "{{json .Config}} {{.Architecture}} {{.Os}} {{len .RootFS.Layers}}" ' +
        'compared',
      history: 'docker history --format "{{.CreatedBy}} {{.Size}}" compared',
      events:
        'docker events --since 1m --until 0s --filter container=$G-a --format "{{.Type}} {{.Action}}" | ' +
        'sort -u',
      info:
        'docker info --format "{{.Driver}} {{.CgroupDriver}} {{.CgroupVersion}} {{.OSType}} ' +
        '{{.Architecture}} {{.NCPU}} {{.MemTotal}} {{.LiveRestoreEnabled}} {{.Swarm.LocalNodeState}}"',
      'default runtime': 'docker info --format "{{.DefaultRuntime}}"',
      'security options': 'docker info --format "{{.SecurityOptions}}"',
      warnings: 'docker info --format "{{.Warnings}}"',
      version:
        'docker version --format "{{.Server.Version}} {{.Server.APIVersion}} {{.Server.KernelVersion}}"',
      ports: 'docker port $G-a 80/tcp',
      df: 'docker system df --format "{{.Type}}"',
      plugins:
        'docker plugin ls -q; docker info --format "{{.Plugins.Volume}} {{.Plugins.Network}} ' +
        '{{.Plugins.Log}}"',
    },
  },
  {
    of: 'shared namespaces',
    before:
      'docker run -d --name $G-a --ipc shareable -h first compared sh -c "echo shm >/dev/shm/s; ' +
      'echo first >/tmp/w; exec sleep 1000"; until docker exec $G-a test -e /tmp/w; do sleep .1; done',
    snippets: {
      'pid of a container':
        'docker run --rm --pid container:$G-a compared ps -o pid,user,comm | sed "s/^ *[0-9]* *//"',
      'its root': 'docker run --rm --pid container:$G-a --cap-add SYS_PTRACE compared cat /proc/1/root/tmp/w',
      'signals to it': 'docker run --rm --pid container:$G-a compared kill -0 1',
      'as a user': 'docker run --rm -u 1000 --pid container:$G-a compared sh -c "! kill -9 1"',
      'ipc of a container': 'docker run --rm --ipc container:$G-a compared cat /dev/shm/s',
      'writing to its shm':
        'docker run --rm --ipc container:$G-a compared sh -c "echo w >/dev/shm/w"; ' +
        'docker exec $G-a stat -c "%u %g" /dev/shm/w',
      'ipc that is not shareable':
        'docker run -d --name $G-b --ipc private compared sleep 1000 >/dev/null; ' +
        'docker run --rm --ipc container:$G-b compared true 2>/dev/null; [ $? -ne 0 ]',
      'ipc none': 'docker run --rm --ipc none compared sh -c "ls /dev/shm 2>&1"; :',
      'network of a container':
        'docker run --rm --network container:$G-a compared sh -c "hostname; cat /etc/hostname; ' +
        'ls /sys/class/net"',
      'listening there':
        'docker exec -d $G-a httpd -f -p 9000 -h /tmp; ' +
        'until docker exec $G-a netstat -ltn | grep -q 9000; do sleep .1; done; ' +
        'docker run --rm --network container:$G-a compared wget -qO- http://127.0.0.1:9000/w',
      'cgroup private':
        'docker run --rm --cgroupns private compared sh -c "cut -d: -f3 /proc/self/cgroup | sort -u"',
      'all of them at once':
        'docker run --rm --pid container:$G-a --ipc container:$G-a --network container:$G-a compared sh ' +
        '-c "ps -o comm | grep -c sleep; cat /dev/shm/s; hostname"',
      'of one that ended':
        'docker kill $G-b >/dev/null; docker run --rm --network container:$G-b compared true ' +
        '2>/dev/null; [ $? -ne 0 ]',
    },
  },
];
