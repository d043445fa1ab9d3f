import type { Case } from '../case.ts';

/**
 * Run in order, as root of a privileged container, against the dockerd that runs in there: `inner` is its
 * only image, `web` a container that keeps running.
 */
export const inDocker: readonly Case[] = [
  {
    does: 'import, list, inspect',
    script:
      'cd /root; mkdir -p i/bin i/etc i/tmp; chmod 1777 i/tmp; cp /bin/busybox i/bin/; ' +
      'for a in $(busybox --list); do [ $a = busybox ] || ln -sf busybox i/bin/$a; done; ' +
      'echo root:x:0:0::/root:/bin/sh > i/etc/passwd; ' +
      'tar -C i -c . | docker import -c "ENV PATH=/bin" - inner | cut -c1-7; ' +
      'docker images --format "{{.Repository}}"; docker image inspect -f "{{.Config.Env}}" inner',
    shows: /^sha256:\ninner\n\[PATH=\/bin\]\n$/,
  },
  {
    does: 'info: storage and cgroup drivers, no warning',
    script:
      'docker info --format "{{.Driver}} {{.CgroupDriver}} {{.CgroupVersion}} {{.SecurityOptions}} ' +
      '{{.Warnings}}"',
    shows: /^overlay2 cgroupfs [12] /,
  },
  {
    does: 'run: root, users, ownership of what is made',
    script:
      'docker run --rm inner sh -c "id -u; touch /x; stat -c %u:%g /x /etc/passwd"; ' +
      'docker run --rm -u 1000:1000 inner id -u; docker run --rm --pull never nosuch/image; ' +
      'docker run --rm inner sh -c "exit 7"',
    shows: /^0\n0:0\n0:0\n1000\n$/,
    code: 7,
    quietly: true,
  },
  {
    does: 'publish: reached on loopback and on the outer address',
    script:
      'docker run -d --stop-signal KILL --name web -p 8080:80 inner sh -c "mkdir /w; ' +
      'echo served > /w/index.html; exec httpd -f -p 80 -h /w" | wc -l; for i in 1 2 3 4 5 6 7 8 9; ' +
      'do wget -qO- http://127.0.0.1:8080/ && break; sleep .2; done; ' +
      'wget -qO- http://$(ip -4 -o addr show eth0 | sed "s/.*inet //;s,/.*,,"):8080/',
    shows: /^1\nserved\nserved\n$/,
    quietly: true,
  },
  {
    does: 'exec: as root, as another user, privileged; top, logs, stats',
    script:
      'docker exec web cat /w/index.html; docker exec -u 7 web id -u; ' +
      'docker exec --privileged web grep CapEff /proc/self/status; docker top web -o comm; ' +
      'docker stats --no-stream --format "{{.Name}} {{.PIDs}}" web',
    shows: /^served\n7\nCapEff:\t000001[0-9a-f]{10}\n[\s\S]*web 1\n$/,
  },
  {
    does: 'cp in and out, diff, commit, export',
    script:
      'cd /root; echo in > f; chown 5:6 f; docker cp -aq f web:/w/f; ' +
      'docker exec web stat -c %u:%g /w/f; docker cp -aq web:/w/f g; stat -c %u:%g g; ' +
      'docker diff web | sort; docker commit web done | cut -c1-7; ' +
      'docker run --rm done stat -c %u:%g /w/f; docker export web | tar -tv | grep "w/f$" | cut -c1-20; ' +
      'docker rmi done | grep -c Untagged',
    shows: /^5:6\n0:0\nA \/w\n[\s\S]*5:6\n/,
  },
  {
    does: 'limits: memory, processor, processes; update; killed for memory',
    script:
      'docker run --rm -m 64m --cpus .5 --pids-limit 20 inner sh -c "cd /sys/fs/cgroup; ' +
      'cat memory/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us memory.max pids.max cpu.max ' +
      '2>/dev/null"; docker update --memory 32m --memory-swap 32m web; ' +
      'docker inspect -f "{{.HostConfig.Memory}}" web; ' +
      'docker run --name oom -m 24m --memory-swap 24m inner sh -c "head -c 90000000 /dev/zero | ' +
      'tail" >/dev/null 2>&1; docker inspect -f "{{.State.OOMKilled}} {{.State.ExitCode}}" oom; ' +
      'docker rm oom',
    shows: /^67108864\n20\n[\s\S]*33554432\ntrue 137\noom\n$/,
    quietly: true,
  },
  {
    does: 'volumes and binds: ownership, read-only',
    script:
      'docker run --rm -v vol:/v inner sh -c "echo kept > /v/f; chown 5:6 /v/f"; ' +
      'docker run --rm -v vol:/v:ro inner sh -c "cat /v/f; stat -c %u:%g /v/f; touch /v/g"; ' +
      'docker volume rm vol; mkdir -p /b; docker run --rm -v /b:/b inner sh -c "echo x > /b/f"; ' +
      'stat -c %u:%g /b/f',
    shows: /^kept\n5:6\nvol\n0:0\n$/,
  },
  {
    does: 'run --privileged, and mounts in it',
    script:
      'docker run --rm --privileged inner sh -c "mkdir /p /m; mount -t proc p /p && echo proc; ' +
      'mount -t tmpfs t /m; mkdir /m/l /m/u /m/w /m/o; ' +
      'mount -t overlay -o lowerdir=/m/l,upperdir=/m/u,workdir=/m/w o /m/o && echo overlay"',
    shows: /^proc\noverlay\n$/,
  },
  // Without --init: the inner runc (1.1) makes docker-init's bind read-only by dropping nodev, which the
  // container's layers have and a user namespace cannot clear. runc 1.2 and later keep such flags.
  {
    does: 'sysctls, ulimits, tmpfs, shm, read-only',
    script:
      'docker run --rm --sysctl net.ipv4.ip_forward=0 --sysctl net.core.somaxconn=77 --ulimit ' +
      'nofile=100:200 inner sh -c "cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/core/somaxconn; ' +
      'ulimit -n; ulimit -Hn"; docker run --rm --tmpfs /t:size=1m --shm-size 2m --read-only inner sh -c ' +
      '"touch /t/x && grep -E \\" /t | /dev/shm \\" /proc/mounts | cut -d\\" \\" -f2; touch /y"',
    shows: /^0\n77\n100\n200\n[\s\S]*\/t\n$/,
    code: 1,
  },
  {
    does: 'capabilities, seccomp, no-new-privileges',
    script:
      'docker run --rm --security-opt seccomp=unconfined inner true; echo $?; ' +
      'docker run --rm --cap-drop all inner grep CapEff /proc/self/status; ' +
      'docker run --rm --security-opt no-new-privileges inner grep NoNew /proc/self/status; ' +
      'docker run --rm inner sh -c "mount -t tmpfs t /tmp || unshare -U true"',
    shows: /^0\nCapEff:\t0+\nNoNewPrivs:\t1\n$/,
    code: 1,
  },
  {
    does: 'the namespaces of the outer container and of each other',
    script:
      'docker run --rm --network host inner ls /sys/class/net | grep -v veth; ' +
      'docker run --rm --pid host inner sh -c "[ -d /proc/1 ] && echo pid"; ' +
      'docker run --rm --ipc host --uts host inner hostname | grep -c $(hostname); ' +
      'docker run --rm --cgroupns host inner true && echo cgroup; ' +
      'docker run --rm --network container:web inner wget -qO- http://127.0.0.1/',
    shows: /docker0\neth0\nlo\n[\s\S]*pid\n1\ncgroup\nserved\n$/,
    quietly: true,
  },
  {
    does: 'devices of its own: fuse and tun, given on',
    script:
      'for d in /dev/fuse /dev/net/tun; do [ -e $d ] || continue; ' +
      'docker run --rm --device $d inner sh -c "stat -c %t:%T $d; : < $d && echo opened"; ' +
      'docker run --rm --privileged inner sh -c ": < $d && echo opened"; done',
  },
  {
    does: 'build with the classic builder',
    quietly: true,
    script:
      'mkdir -p /root/c1; cd /root/c1; printf "FROM inner\\nRUN echo built > /b; ' +
      'chown 3:4 /b\\nUSER 9\\nRUN id -u > /tmp/u\\nCMD cat /b /tmp/u; ' +
      'stat -c %%u:%%g /b\\n" > Dockerfile; DOCKER_BUILDKIT=0 docker build -q -t classic . | cut -c1-7; ' +
      'docker run --rm classic',
    shows: /^sha256:\nbuilt\n9\n3:4\n$/,
  },
  {
    does: 'build with BuildKit: stages, mounts, ownership',
    quietly: true,
    script:
      'mkdir -p /root/c2; cd /root/c2; printf "FROM inner AS a\\nRUN --mount=type=cache,target=/c echo ' +
      'c >> /c/n; cp /c/n /n\\nFROM inner\\nCOPY --from=a --chown=7:8 /n /n\\nRUN ' +
      '--mount=type=bind,from=a,target=/a cat /a/n; ' +
      'stat -c %%u:%%g /n > /own\\nCMD cat /n /own\\n" > Dockerfile; ' +
      'docker buildx build -q -t kit . | cut -c1-7; docker run --rm kit',
    shows: /^sha256:\nc\n7:8\n$/,
  },
  {
    does: 'compose: two services, one asks the other by name',
    quietly: true,
    script:
      'mkdir -p /root/cmp; cd /root/cmp; printf "services:\\n  a:\\n    image: inner\\n    command: ' +
      'sh -c \\"mkdir /w; echo from-a > /w/index.html; ' +
      'exec httpd -f -p 80 -h /w\\"\\n    volumes: [\\"data:/d\\"]\\n  b:\\n    image: ' +
      'inner\\n    depends_on: [a]\\n    command: sh -c \\"until wget -qO- http://a/; do sleep .2; ' +
      'done\\"\\nvolumes: {data: {}}\\n" > compose.yaml; docker compose up -d 2>&1 | grep -c Started; ' +
      'docker compose wait b >/dev/null; docker compose logs --no-log-prefix --no-color b 2>/dev/null | ' +
      'grep from; docker compose down -v -t 0 2>&1 | grep -c Removed; ' +
      'docker ps -aq --filter label=com.docker.compose.project | wc -l',
    shows: /^2\nfrom-a\n\d\n0\n$/,
  },
  {
    does: 'networks: bridge, IPv6, macvlan',
    script:
      'docker network create n --subnet 10.81.0.0/24 >/dev/null; ' +
      'docker run -d --name na --network n inner sleep 100 >/dev/null; ' +
      'docker run --rm --network n inner ping -c1 -W10 na | grep -c "1 packets received"; ' +
      'docker rm -f na; docker network rm n; ' +
      'docker network create --ipv6 --subnet fd00:99::/64 n6 >/dev/null; ' +
      'docker run --rm --network n6 inner ip -6 addr show eth0 | grep -c fd00:99; docker network rm n6; ' +
      'docker network create -d macvlan -o parent=eth0 mv >/dev/null; ' +
      'docker run --rm --network mv inner ls /sys/class/net; docker network rm mv',
    shows: /^1\nna\nn\n1\nn6\neth0\n(?:lo\n)?[\s\S]*mv\n$/,
  },
  {
    does: 'save and load, tag, history, prune',
    script:
      'docker tag inner other:1; docker save other:1 | docker load; docker history -q inner | wc -l; ' +
      'docker rmi other:1; docker image prune -f | tail -1',
    shows: /Loaded image: other:1\n1\nUntagged: other:1\n/,
  },
  {
    does: 'its engine restarts: an always-container comes back, an address answers',
    quietly: true,
    script:
      'docker run -d --name always --stop-signal KILL --restart always -p 8081:80 inner sh -c "mkdir -p ' +
      '/w; echo back > /w/index.html; exec httpd -f -p 80 -h /w" >/dev/null; ' +
      'kill $(cat /var/run/docker.pid); while [ -e /var/run/docker.pid ]; do sleep .1; done; ' +
      'dockerd > /dockerd2.log 2>&1 & until docker version >/dev/null 2>&1; do sleep .1; done; ' +
      'for i in $(seq 50); do wget -qO- http://127.0.0.1:8081/ 2>/dev/null && break; sleep .1; done; ' +
      'docker ps -a --format "{{.Names}} {{.State}}" | sort',
    shows: /^back\nalways running\nweb exited\n$/,
  },
];

/**
 * Other uses of a privileged container, inside its own namespaces: KinD and k3s nodes, VPN and network tools,
 * rootless builders. The stock engine runs them too, and there privileged root is the machine's: nothing here
 * may change the machine.
 */
export const inPrivileged: readonly Case[] = [
  {
    does: 'mounts that spread, file systems of namespaces, another root',
    script:
      'mount --make-rshared / && echo shared; mkdir -p /x/old; ' +
      'for t in tmpfs proc sysfs mqueue devpts ramfs cgroup2; do mkdir -p /x/$t; ' +
      'mount -t $t none /x/$t && umount /x/$t && echo $t; done; ' +
      'unshare -m sh -c "mount --make-rprivate /; mount --bind /x /x; cd /x && ' +
      'busybox pivot_root . old && echo pivoted"',
    shows: /^shared\ntmpfs\nproc\nsysfs\nmqueue\ndevpts\nramfs\ncgroup2\npivoted\n$/,
  },
  {
    does: 'overlays: none over the root; with userxattr, directories removed, replaced, and as a layer',
    script:
      'mkdir -p /ov /r/u /r/w; cd /r; ' +
      'mount -t overlay -o lowerdir=/ov,upperdir=u,workdir=w o /ov 2>/dev/null || echo none; ' +
      'mount -t tmpfs t /ov; cd /ov; mkdir -p l/a/b u w o; touch l/gone; ' +
      'mount -t overlay -o lowerdir=l,upperdir=u,workdir=w,userxattr o o && rm -r o/a o/gone && ' +
      'mkdir o/a && touch o/a/new && ls o o/a; umount o; ' +
      'mount -t overlay -o lowerdir=u:l,userxattr o o && ls o/a; umount o; cd /; umount /ov',
    shows: /^none\no:\na\n\no\/a:\nnew\nnew\n$/,
  },
  {
    does: 'namespaces of its own, also a user namespace with a /proc',
    script:
      'unshare -Urmpf sh -c "mount -t proc p /proc && id -u"; ' +
      'unshare -mpf sh -c "mount -t proc p /proc && echo pid"; unshare -n ip -o link | wc -l; ' +
      'unshare -u sh -c "hostname other; hostname"; unshare -i true && echo ipc',
    shows: /^0\npid\n\d\nother\nipc\n$/,
  },
  {
    does: 'network: bridges, VXLAN, macvlan, tun, namespaces, rules',
    script:
      'mkdir -p /run; for a in "bridge" "vxlan id 7 dev eth0 dstport 4789" "macvlan link"; ' +
      'do case $a in macvlan*) /bin/ip link add link eth0 name x0 type macvlan;; ' +
      '*) /bin/ip link add x0 type $a;; esac && /bin/ip link del x0 && echo ${a%% *}; done; ' +
      'if [ -e /dev/net/tun ]; then /bin/ip tuntap add dev t0 mode tun && /bin/ip link del t0 && ' +
      'echo tun; else echo tun; fi; /bin/ip netns add n1 && ' +
      '/bin/ip link add v0 type veth peer name v1 netns n1 && ' +
      '/bin/ip netns exec n1 ip link show v1 | grep -c v1; /bin/ip netns del n1; ' +
      '/bin/ip rule add fwmark 7 table 100 && /bin/ip rule | grep -c fwmark && ' +
      '/bin/ip rule del fwmark 7 table 100',
    shows: /^bridge\nvxlan\nmacvlan\ntun\n1\n1\n$/,
  },
  {
    does: 'firewall: nat, mangle, conntrack',
    script:
      'iptables -t nat -N OURS && iptables -t nat -A OURS -s 10.81.0.0/16 -j MASQUERADE && ' +
      'iptables -t mangle -N OURS && iptables -t mangle -A OURS -j MARK --set-mark 7 && ' +
      'iptables -N OURS && iptables -A OURS -m conntrack --ctstate ESTABLISHED -j ACCEPT && ' +
      'iptables -S OURS; iptables -t nat -S OURS',
    shows: /ESTABLISHED -j ACCEPT\n[\s\S]*MASQUERADE\n$/,
  },
  {
    does: 'sysctls of the network that Kubernetes sets',
    script:
      'for s in ipv4/ip_forward ipv4/conf/all/rp_filter ipv4/conf/all/route_localnet ' +
      'ipv6/conf/all/forwarding bridge/bridge-nf-call-iptables core/somaxconn ipv4/ip_local_port_range ' +
      'netfilter/nf_conntrack_tcp_timeout_established netfilter/nf_conntrack_max; ' +
      'do f=/proc/sys/net/$s; [ -e $f ] && v=$(cat $f) && (echo "$v" > $f) 2>/dev/null && echo $s; ' +
      'done; true',
    shows: /^ipv4\/ip_forward\n[\s\S]*core\/somaxconn\n/,
  },
  {
    does: 'file capabilities, ownership up to 65535, fifos',
    script:
      'cd /root; cp /bin/busybox capped; setcap cap_net_raw+ep capped && getcap capped; touch o; ' +
      'chown 65535:65535 o && stat -c %u:%g o; mkfifo p && test -p p && echo fifo',
    shows: /^capped cap_net_raw=ep\n65535:65535\nfifo\n$/,
  },
  {
    does: 'containerd by itself, with overlayfs and the native snapshotter',
    script:
      'docker save inner > /i.tar; c="ctr -a /var/run/docker/containerd/containerd.sock -n k8s.io"; ' +
      'for s in overlayfs native; do $c images import --snapshotter $s /i.tar >/dev/null && ' +
      '$c run --rm --snapshotter $s docker.io/library/inner:latest c-$s sh -c "id -u; ' +
      'stat -c %u /etc/passwd"; done',
    shows: /^0\n0\n0\n0\n$/,
    quietly: true,
  },
];
