import type { Group } from '../group.ts';

const file = `services:
  db:
    image: compared
    command: sh -c "touch /data/ready; chown 33 /data/ready; exec sleep 1000"
    volumes: [data:/data, copied:/volume, {type: bind, source: ./shared, target: /shared}]
    healthcheck: {test: [CMD, test, -e, /data/ready], interval: 200ms, retries: 50}
    environment: {A: b}
  web:
    build: {context: ., args: {WORD: w}}
    image: $G-built
    user: "1000:33"
    depends_on: {db: {condition: service_healthy}}
    volumes: [data:/data:ro]
    tmpfs: [/t]
    read_only: true
    cap_drop: [ALL]
    configs: [{source: conf, target: /conf, mode: 0440}]
    secrets: [sec]
    ulimits: {nofile: 100}
    sysctls: {net.core.somaxconn: 99}
    shm_size: 2m
    ports: ["127.0.0.1::8080"]
    init: true
    command: httpd -f -p 8080 -h /w
  side: {image: compared, command: sleep 1000, network_mode: "service:web", pid: "service:web"}
  admin: {image: compared, command: sleep 1000, privileged: true, profiles: [more]}
volumes: {data: {}, copied: {}}
configs: {conf: {file: ./conf}}
secrets: {sec: {file: ./sec}}
networks: {default: {ipam: {config: [{subnet: 10.232.$N.0/24}]}}}`;

/** A project of several services. */
export const composes: readonly Group[] = [
  {
    of: 'compose',
    before:
      'mkdir shared; chmod 777 shared; echo c >conf; echo s >sec; ' +
      "printf 'FROM compared\\nARG WORD\\nRUN mkdir /w && echo $WORD >/w/index.html && " +
      `chown -R 1000:33 /w\\n' >Dockerfile; cat >compose.yaml <<END\n${file}\nEND\n` +
      'export COMPOSE_PROJECT_NAME=$G-p; docker compose up -d --quiet-pull --wait',
    snippets: Object.fromEntries(
      Object.entries({
        services: 'docker compose ps -a --format "{{.Service}} {{.State}} {{.Health}}" | sort',
        ids: 'docker compose exec -T db id; docker compose exec -T web id',
        'a user by exec': 'docker compose exec -T -u app db id',
        served: 'curl -s http://$(docker compose port web 8080)/',
        'names resolve': 'docker compose exec -T db wget -qO- http://web:8080/',
        'a volume, both sides':
          'docker compose exec -T db stat -c "%u %g" /data/ready; ' +
          'docker compose exec -T web stat -c "%u %g" /data/ready',
        'a copied volume': 'docker compose exec -T db stat -c "%n %u %g" /volume/of-33 /volume/sub/of-app',
        'read-only':
          'docker compose exec -T web sh -c "! touch /data/x; ! touch /x; touch /t/x; stat -c %u /t/x"',
        'a bind':
          'docker compose exec -T db sh -c "echo in >/shared/f; chown 5 /shared/f"; stat -c %u shared/f',
        'a config and a secret':
          'docker compose exec -T web sh -c "cat /conf /run/secrets/sec; ' +
          "stat -c '%u %g %a' /conf /run/secrets/sec\"",
        'what build made': 'docker compose exec -T web stat -c "%u %g" /w/index.html',
        capabilities:
          'docker compose exec -T web grep ^Cap /proc/self/status; ' +
          'docker compose exec -T db grep ^CapEff /proc/self/status',
        limits:
          'docker compose exec -T web sh -c "ulimit -n; cat /proc/sys/net/core/somaxconn; ' +
          "df -k /dev/shm | tail -1 | awk '{print \\$2}'\"",
        'shared namespaces':
          'docker compose exec -T side sh -c "wget -qO- http://127.0.0.1:8080/; ' +
          'ps -o user,comm | grep httpd | sort -u"',
        'a profile':
          'docker compose --profile more up -d admin >/dev/null 2>&1; ' +
          'docker compose exec -T admin grep ^CapEff /proc/self/status',
        run: 'docker compose run --rm -T db sh -c "id -u; echo $A; ls /data" 2>/dev/null',
        'run as a user': 'docker compose run --rm -T -u 33 --no-deps db id 2>/dev/null',
        logs: 'docker compose run -T --name $G-l db echo logged 2>/dev/null; docker logs $G-l',
        'exit codes': 'docker compose exec -T db sh -c "exit 9"; echo $?',
        top: 'docker compose top db | grep -c sleep',
        cp:
          'docker compose cp db:/own/33 got 2>/dev/null; cat got; ' +
          'docker compose cp got db:/tmp/got 2>/dev/null; ' +
          'docker compose exec -T db stat -c "%u %g" /tmp/got',
        scale:
          'docker compose up -d --scale admin=2 --no-recreate admin >/dev/null 2>&1; ' +
          'docker compose ps -q admin | wc -l',
        restart:
          'docker compose restart -t 0 db 2>/dev/null; docker compose exec -T db stat -c %u /data/ready',
        pause:
          'docker compose pause db 2>/dev/null; docker compose ps --format "{{.Service}} {{.State}}" ' +
          'db; docker compose unpause db 2>/dev/null',
        recreate:
          'docker compose up -d --force-recreate -t 0 --no-deps db >/dev/null 2>&1; ' +
          'docker compose exec -T db ls /data',
        kill:
          'docker compose kill db 2>/dev/null; docker compose ps -a --format "{{.Service}} {{.ExitCode}}" ' +
          'db',
        images: 'docker compose images --format json | grep -o -E "compared|built" | sort | uniq -c',
        'events and config':
          'docker compose config --services | sort; docker compose config --volumes | sort',
        down:
          'docker compose --profile more down -v -t 0 >/dev/null 2>&1; echo $?; ' +
          'docker ps -aq --filter name=$G-p | wc -l; docker volume ls -q --filter name=$G-p | wc -l; ' +
          'docker network ls -q --filter name=$G-p | wc -l; docker rmi -f $G-built >/dev/null',
      }).map(([name, snippet]) => [name, `export COMPOSE_PROJECT_NAME=$G-p; ${snippet}`]),
    ),
  },
];
