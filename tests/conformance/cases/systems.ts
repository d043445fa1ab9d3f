import type { Case } from '../case.ts';

/** Networks, events, the engine itself. */
export const systems: readonly Case[] = [
  {
    does: 'networks: create, aliases, names resolve, connect, disconnect, remove',
    script:
      'docker network create --label n1 --subnet 10.211.$N.0/24 n1 >/dev/null; ' +
      'docker run -d --name n1a --network n1 --network-alias web busybox sleep 1000 >/dev/null; ' +
      'docker run --rm --network n1 busybox sh -c "nslookup web | grep -c 10.211; ' +
      'ping -c1 -w2 n1a | grep -c \\"1 packets received\\""; ' +
      'docker run -d --name n1b busybox sleep 1000 >/dev/null; ' +
      'docker network connect --alias late --ip 10.211.$N.77 n1 n1b; ' +
      'docker exec n1a ping -c1 -w2 late | grep -o "10.211.[0-9]*.77" | head -1 | sed "s/.*77/77/"; ' +
      'docker network inspect -f "{{len .Containers}} {{.Driver}} {{.Labels}}" n1; ' +
      'docker network disconnect n1 n1b; docker network ls -q --filter label=n1 | wc -l; ' +
      'docker rm -f n1a n1b; docker network rm n1',
    shows: /^[1-9]\n1\n77\n2 bridge map\[n1:\]\n1\nn1a\nn1b\nn1\n$/,
  },
  {
    does: 'network none, internal, prune, links',
    script:
      'docker run --rm --network none busybox ls /sys/class/net; ' +
      'docker network create --internal --subnet 10.212.$N.0/24 --label n2 n2 >/dev/null; ' +
      'docker run --rm --network n2 busybox sh -c "ip route | grep -c default"; ' +
      'docker network prune -f --filter label=n2; docker run -d --name n2a busybox sleep 1000 ' +
      '>/dev/null; docker run --rm --link n2a:peer busybox sh -c "grep -c peer /etc/hosts; ' +
      'env | grep -c PEER_NAME"; docker rm -f n2a',
    shows: /lo\n0\nDeleted Networks:\nn2\n\n1\n1\nn2a\n$/,
  },
  {
    does: 'errors of networks: overlapping name, in use, unknown',
    script:
      'docker network create --subnet 10.213.$N.0/24 n3 >/dev/null; docker network create n3; echo $?; ' +
      'docker run -d --name n3a --network n3 busybox sleep 1000 >/dev/null; ' +
      'docker network rm n3 2>/dev/null; echo $?; docker run --rm --network nosuch busybox true; ' +
      'echo $?; docker rm -f n3a; docker network rm n3',
    shows: /^1\n1\n125\nn3a\nn3\n$/,
  },
  {
    does: 'events: since, until, filters, format',
    script:
      's=$(date +%s); docker run --rm --name ev4 --label ev4 busybox true; ' +
      'docker events --since $s --until $(($(date +%s)+1)) --filter container=ev4 --format "{{.Type}} ' +
      '{{.Action}} {{.Actor.Attributes.name}}"; docker events --since $s --until $(($(date +%s)+1)) ' +
      '--filter label=ev4 --filter event=die --format "{{json .Action}}"',
    shows: /^container create ev4\n[\s\S]*container die ev4\n[\s\S]*"die"\n$/,
  },
  {
    does: 'events follow until the client goes',
    script:
      'timeout -s INT 20 docker events --filter type=volume --format "{{.Action}} {{.Actor.ID}}" > e5 & ' +
      'p=$!; for i in $(seq 40); do docker volume create ev5 >/dev/null; ' +
      'docker volume rm ev5 >/dev/null; grep -q create e5 && grep -q destroy e5 && break; sleep .1; ' +
      'done; kill -INT $p; wait $p; sort -u e5',
    shows: /create ev5\ndestroy ev5\n/,
  },
  {
    does: 'version, info, system df, ps format, context',
    script:
      'docker version --format "{{.Server.Version}} {{.Client.APIVersion}} {{.Server.APIVersion}}"; ' +
      'docker info --format "{{.Driver}} {{.OSType}} {{.ServerVersion}}"; ' +
      'docker system df --format "{{.Type}}"; docker context create other --docker host=$DOCKER_HOST; ' +
      '(unset DOCKER_HOST; docker context use other; docker version --format "{{.Server.Os}}"); ' +
      'docker context use default; docker context rm other',
    shows: /linux\n/,
  },
  {
    does: 'old and new API versions',
    script:
      'for v in 1.24 1.30 1.41 1.45; do DOCKER_API_VERSION=$v docker run --name api$v busybox echo $v; ' +
      'DOCKER_API_VERSION=$v docker rm api$v > /dev/null; ' +
      'DOCKER_API_VERSION=$v docker ps -a --filter name=nosuch --format x; done',
    shows: /^1\.24\n1\.30\n1\.41\n1\.45\n$/,
  },
  {
    does: 'curl --unix-socket: ping, json, chunked, create, 404',
    script:
      'S=${DOCKER_HOST#unix://}; curl -s --unix-socket $S http://d/_ping; echo; ' +
      'curl -sI --unix-socket $S http://d/_ping | grep -ci api-version; ' +
      'curl -s --unix-socket $S http://d/v1.45/containers/nosuch/json; ' +
      'echo "{\\"Image\\":\\"busybox\\",\\"Cmd\\":[\\"echo\\",\\"curled\\"]}" | ' +
      'curl -s -T - -X POST -H "Content-Type: application/json" -H "Transfer-Encoding: ' +
      'chunked" --unix-socket $S "http://d/containers/create?name=cu8" | grep -c Id; ' +
      'curl -s -X POST --unix-socket $S http://d/containers/cu8/start; ' +
      'curl -s -X POST --unix-socket $S http://d/containers/cu8/wait; ' +
      'curl -s --unix-socket $S "http://d/containers/cu8/logs?stdout=1" | tail -c7; ' +
      'curl -s -X DELETE -w "%{http_code}\\n" --unix-socket $S http://d/containers/cu8; ' +
      'curl -s --unix-socket $S http://d/_ping http://d/_ping http://d/containers/nosuch/json ' +
      'http://d/_ping',
    shows: /^OK\n1\n\{"message":"No such container: nosuch"\}\n1\n\{"StatusCode":0\}\ncurled\n204\nOKOK/,
  },
];
