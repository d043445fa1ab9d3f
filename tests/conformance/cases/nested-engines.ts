import type { Case } from '../case.ts';

/**
 * Waits for the engine in container `name`, by default for most of the time that a test here has; prints its
 * log and fails if it does not come up.
 */
export const waitForResponse = (name: string, seconds = 150, log = `docker logs ${name}`) => `
  end=$(($(date +%s) + ${seconds}))
  until docker exec ${name} docker version > /dev/null 2>&1; do
    [ $(date +%s) -lt $end ] || { ${log}; exit 1; }; sleep .1
  done`;

/**
 * A node as KinD runs it: /var on a volume, /run and /tmp in memory, an engine, and a pod (`inner`) that it
 * always restarts.
 */
export const startNode = `
  docker run -d --name node --privileged --init --tmpfs /run --tmpfs /tmp -v /var --restart on-failure:1 \\
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined --cgroupns private \\
    --label io.x-k8s.kind.role=worker \\
    -p 127.0.0.1::6443 dind sh -c 'ln -sfn /run /var/run; exec dockerd' > /dev/null
  ${waitForResponse('node')}
  docker exec node sh -c 'tar -C / -c bin/busybox | docker import -c "ENV PATH=/bin" - inner > /dev/null
    docker run -d --name pod --restart always inner busybox sh -c "echo state >> /state; exec busybox \\
      sleep 1000" > /dev/null'`;

/** What is in the node: the pod runs, and has kept its root file system. */
export const inspectNode = `
  ${waitForResponse('node')}
  docker exec node sh -c 'until docker exec pod busybox cat /state 2> /dev/null; do sleep .1; done
    docker ps --format "{{.Names}} {{.State}}"; stat -c "%u:%g %n" /etc/passwd /var/lib/docker /run'`;

/** Images (`dind` in the tests) that run an engine, with their own ways to start it. */
export const nestedEngines: readonly Case[] = [
  {
    does: 'a dev container with Docker in Docker: its init script mounts what is not mounted',
    script: `
      mkdir -p code; echo 'FROM inner' > code/Dockerfile
      docker run -d --name code --privileged --init -l devcontainer.local_folder=$W/code \\
        -v $W/code:/workspaces/code -v code-docker:/var/lib/docker --entrypoint sh dind -ec '
          export container=docker
          find /run /var/run -iname "docker*.pid" -exec rm {} + 2> /dev/null || :
          if [ -d /sys/kernel/security ] && ! mountpoint -q /sys/kernel/security
          then mount -t securityfs none /sys/kernel/security; fi
          mountpoint -q /tmp || mount -t tmpfs none /tmp
          if [ -f /sys/fs/cgroup/cgroup.controllers ]
          then
            mkdir -p /sys/fs/cgroup/init
            xargs -rn1 < /sys/fs/cgroup/cgroup.procs > /sys/fs/cgroup/init/cgroup.procs || :
            sed -e "s/ / +/g" -e "s/^/+/" < /sys/fs/cgroup/cgroup.controllers > \\
              /sys/fs/cgroup/cgroup.subtree_control
          fi
          dockerd > /tmp/dockerd.log 2>&1 &
          exec sleep 1000' > /dev/null
      ${waitForResponse('code')}
      docker exec -i -w /workspaces/code code sh << 'END'
tar -C / -c bin/busybox | docker import -c "ENV PATH=/bin" - inner > /dev/null
docker build -q -t built . | cut -c1-7
docker run --rm -v $PWD:/w built busybox sh -c 'cat /w/Dockerfile; echo built > /w/out'
mkdir /mnt; unshare -Urmn sh -c 'mount -t sysfs sys /mnt && echo sysfs'
END
      docker logs code; cat code/out; docker rm -fv code; docker volume rm code-docker`,
    shows: /^sha256:\nFROM inner\nsysfs\nbuilt\ncode\ncode-docker\n$/,
  },
];
