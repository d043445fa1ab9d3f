import type { Case } from '../case.ts';

const file = (name: string, yaml: string) =>
  `mkdir -p ${name}; cd ${name}; cat > compose.yaml <<'YAML'\n${yaml}\nYAML\n`;

/** `docker compose`: its output is progress, so exit codes and the state after it are compared. */
export const composes: readonly Case[] = [
  {
    does: 'compose up waits for health, names resolve, volumes stay, exec, logs, ps, top, down',
    quietly: true,
    script: `${file(
      'proj1',
      `services:
  db:
    image: busybox
    command: sh -c "touch /ok; echo db up; sleep 1000"
    init: true
    volumes: ["data:/data"]
    environment: {MODE: test}
    healthcheck: {test: ["CMD", "test", "-e", "/ok"], interval: 100ms, retries: 50}
  web:
    image: busybox
    command: sh -c "echo web up; sleep 1000"
    init: true
    depends_on: {db: {condition: service_healthy}}
    networks: {default: {aliases: [www]}}
    volumes: [{type: bind, source: ./src, target: /src, read_only: true}]
    configs: [{source: conf, target: /conf}]
    secrets: [sec]
  extra:
    image: busybox
    profiles: [more]
    command: "true"
volumes: {data: {}}
configs: {conf: {file: ./conf}}
secrets: {sec: {file: ./sec}}
networks: {default: {ipam: {config: [{subnet: "10.214.$N.0/24"}]}}}`,
    )}
sed -i "s/\\$N/$N/" compose.yaml; mkdir src; echo s > src/s; echo c > conf; echo h > sec
docker compose up -d; echo $?
docker compose ps --format "{{.Service}} {{.State}} {{.Health}}" | sort
docker compose exec -T web \\
  sh -c "cat /src/s /conf /run/secrets/sec; ping -c1 -w2 db >/dev/null && echo resolved"
echo piped | docker compose exec -T db cat; docker compose exec -T db sh -c "exit 5"; echo $?
docker compose exec -T db sh -c 'echo kept > /data/f; echo $MODE'
docker compose logs --no-log-prefix | sort; docker compose top db | grep -c sleep
docker compose run --rm -T web echo one-off; docker compose --profile more run --rm -T extra; echo $?
docker compose restart -t 0 db; docker compose exec -T db cat /data/f; docker compose stop -t 0
docker compose start; docker compose kill web; docker compose rm -fs web
docker compose cp db:/data/f got; cat got; docker compose images --format json | grep -c busybox
docker compose config --services | sort
docker compose down -v -t 0; echo $?; docker ps -aq --filter label=com.docker.compose.project=proj1 | wc -l
docker volume ls -q --filter label=com.docker.compose.project=proj1 | wc -l`,
    shows: new RegExp(
      '^0\ndb running healthy\nweb running \ns\nc\nh\nresolved\npiped\n5\ntest\ndb up\nweb up\n2\none-off\n' +
        '0\nkept\n[^]*kept\n[^]*0\n0\n0\n$',
    ),
  },
  {
    does: 'compose build, scale, up with an exit code, pull and push',
    quietly: true,
    script: `${file(
      'proj2',
      `services:
  app:
    build: .
    image: $R/composed:1
    command: sleep 1000
    init: true
  job:
    image: $R/composed:1
    command: sh -c "cat /made; exit 4"
    restart: "no"
networks: {default: {ipam: {config: [{subnet: "10.215.$N.0/24"}]}}}`,
    )}
printf "FROM busybox\\nRUN echo composed > /made\\n" > Dockerfile
docker compose build -q; echo $?; docker compose push -q; echo $?; docker compose pull -q app; echo $?
docker compose up -d --scale app=3 app; docker compose ps -q app | wc -l
docker compose up --no-log-prefix --exit-code-from job job | grep -v -i attach | grep composed
docker compose ps -a --format "{{.Service}} {{.ExitCode}}" job
docker compose pause app; docker compose unpause app; docker compose port app 80; echo $?
docker compose down -t 0 --rmi all; echo $?`,
    shows: /^0\n0\n0\n3\n.*composed\njob 4\n/,
  },
  {
    does: 'compose errors: a service that fails to start, an image that is nowhere',
    quietly: true,
    script: `${file(
      'proj3',
      `services:
  bad: {image: busybox, command: ["nothere"]}
networks: {default: {ipam: {config: [{subnet: "10.216.$N.0/24"}]}}}`,
    )}
docker compose up -d; echo $?; docker compose down -t 0
printf "services: {gone: {image: \\"nosuch.invalid/x:1\\", pull_policy: never}}" > compose.yaml
docker compose up -d; echo $?`,
    shows: /^1\n1\n$/,
  },
  {
    does: 'compose: the long tail of a service',
    quietly: true,
    script: `${file(
      'proj4',
      `x-common: &common
  image: busybox
  init: true
  logging: {driver: json-file, options: {max-size: 1m, max-file: "2"}}
services:
  base:
    <<: *common
    command: sleep 1000
    hostname: base.test
    cap_add: [NET_ADMIN]
    cap_drop: [MKNOD]
    privileged: true
    security_opt: ["no-new-privileges:true"]
    sysctls: {net.core.somaxconn: 1024}
    tmpfs: [/t:size=1m]
    ulimits: {nofile: {soft: 100, hard: 200}}
    extra_hosts: ["other:10.1.2.3"]
    dns: [10.9.9.9]
    stop_signal: SIGUSR1
    stop_grace_period: 0s
    deploy:
      resources: {limits: {cpus: "0.5", memory: 64M, pids: 50}, reservations: {memory: 16M}}
      replicas: 1
    labels: {a.b: c}
    expose: [80]
    ports: ["127.0.0.1::80", {target: 81, host_ip: 127.0.0.1, protocol: udp}]
    volumes:
      - "vol:/v"
      - "/anon"
      - {type: volume, source: ext, target: /e, read_only: true, volume: {nocopy: true}}
    networks: {net: {aliases: [al], ipv4_address: "10.219.$N.9", priority: 5}, other: {}}
    shm_size: 8m
    user: "0:0"
    working_dir: /t
    restart: unless-stopped
    read_only: true
    env_file: [env]
    group_add: ["7"]
    oom_score_adj: 100
    devices: ["/dev/fuse:/dev/fuse:rwm"]
    blkio_config: {weight: 0}
  beside:
    <<: *common
    command: sleep 1000
    network_mode: service:base
    pid: service:base
    ipc: shareable
    volumes_from: [base:ro]
    depends_on: {base: {condition: service_started, restart: true}}
  last:
    <<: *common
    command: echo completed
    depends_on: {beside: {condition: service_started}}
  after:
    extends: {service: last}
    depends_on: {last: {condition: service_completed_successfully}}
    networks: [other]
    volumes: [{type: tmpfs, target: /tt}]
volumes: {vol: {labels: {x: y}, driver: local}, ext: {external: true, name: ext$N}}
networks:
  net: {driver: bridge, ipam: {config: [{subnet: "10.219.$N.0/24"}]}}
  other: {internal: true, ipam: {config: [{subnet: "10.85.$N.0/24"}]}}
  default: {ipam: {config: [{subnet: "10.221.$N.0/24"}]}}`,
    )}
sed -i "s/\\$N/$N/" compose.yaml; echo V=w > env; docker volume create ext$N >/dev/null
docker compose up -d --quiet-pull; echo $?; docker wait $(docker compose ps -aq after) >/dev/null
docker compose ps -a --format "{{.Service}} {{.State}}" | sort
docker compose exec -T base sh -c \\
  'cat /proc/sys/net/core/somaxconn; ulimit -n; pwd; echo $V; touch /t/x && echo tmpfs; hostname'
docker compose exec -T beside sh -c "hostname; ps -o comm | grep -c sleep; touch /v/x || echo readonly"
docker compose logs --no-log-prefix last; docker compose up -d --force-recreate --no-deps base; echo $?
docker compose events --json --help >/dev/null; docker compose ls -q --filter name=proj4
docker compose down -v -t 0; echo $?; docker volume rm ext$N | sed s/$N//`,
    shows: /^0\nafter exited\nbase running\nbeside running\nlast exited\n1024\n100\n\/t\nw\ntmpfs\n/,
  },
];
