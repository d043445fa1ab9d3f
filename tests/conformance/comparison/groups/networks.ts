import type { Group } from '../group.ts';

/** Networks as seen by containers and clients. */
export const networks: readonly Group[] = [
  {
    of: 'networks',
    before: `docker network create --subnet 10.230.$N.0/24 $G-net
docker run -d --name $G-web --network $G-net --network-alias www -p 127.0.0.1::80 compared \\
  sh -c "mkdir /w; echo served >/w/index.html; exec httpd -f -p 80 -h /w"
docker run -d --name $G-b compared sleep 1000`,
    snippets: {
      interfaces: 'docker exec $G-web ls /sys/class/net',
      addresses: 'docker exec $G-web sh -c "ip -o addr | awk \'{print \\$2, \\$3}\'"',
      routes: 'docker exec $G-web sh -c "ip route | sed s/[0-9.]*[0-9]/x/g"',
      'by name': 'docker run --rm --network $G-net compared wget -qO- http://$G-web/',
      'by alias': 'docker run --rm --network $G-net compared wget -qO- http://www/',
      'as a user': 'docker run --rm -u 1000 --network $G-net compared wget -qO- http://www/',
      published: 'curl -s http://$(docker port $G-web 80/tcp)/',
      ping: 'docker run --rm --network $G-net compared ping -c1 -W2 www | grep -c "1 packets received"',
      'ping by a user with the capability':
        'docker run --rm -u app --network $G-net compared /cap/ping -c1 -W2 www | ' +
        'grep -c "1 packets received"',
      'no way between networks': 'docker exec $G-b wget -T 1 -qO- http://www/ >/dev/null 2>&1; [ $? -ne 0 ]',
      connect: 'docker network connect --alias later $G-net $G-b; docker exec $G-b wget -qO- http://www/',
      'interfaces after': 'docker exec $G-b ls /sys/class/net',
      'owner of their files': 'docker exec $G-b stat -c "%u %g" /sys/class/net/eth1/mtu',
      disconnect: 'docker network disconnect $G-net $G-b; docker exec $G-b ls /sys/class/net',
      none: 'docker run --rm --network none compared ls /sys/class/net',
      'ip forwarding': 'docker exec $G-b cat /proc/sys/net/ipv4/ip_forward',
      'a low port by a user':
        'docker run --rm -u 1000 compared sh -c "timeout 1 nc -l -p 81 2>&1; echo \\$?"',
      links:
        'docker run --rm --link $G-b:linked compared sh -c "grep -c linked /etc/hosts; ' +
        'ping -c1 -W2 linked >/dev/null && echo reached"',
      hosts:
        'docker run --rm --add-host a:10.1.1.1 -h hh compared sh -c "grep -E \'hh|10.1.1.1| ' +
        "a' /etc/hosts | awk '{print \\$2}'\"",
      resolver: 'docker exec $G-web grep -v "^#" /etc/resolv.conf',
      'mac address':
        'docker run --rm --mac-address 02:42:ac:11:22:33 compared cat /sys/class/net/eth0/address',
      'a fixed address':
        'docker run --rm --network $G-net --ip 10.230.$N.77 compared sh -c "ip -o -4 addr show eth0 | ' +
        'grep -c 77/24"',
      internal:
        'docker network create --internal --subnet 10.231.$N.0/24 $G-int >/dev/null; ' +
        'docker run --rm --network $G-int compared sh -c "ip route | grep -c default"; ' +
        'docker network rm $G-int',
      'tcp sysctls of its own':
        'docker run --rm --sysctl net.ipv4.tcp_syncookies=0 compared cat /proc/sys/net/ipv4/tcp_syncookies',
      'low ports open to all':
        'docker run --rm --sysctl net.ipv4.ip_unprivileged_port_start=1024 -u 1000 compared sh -c ' +
        '"timeout 1 nc -l -p 81 2>&1; echo \\$?"',
      inspect: 'docker network inspect -f "{{.Driver}} {{.Internal}} {{len .Containers}}" $G-net',
      netstat: 'docker exec $G-web netstat -ltn | awk \'NR > 2 {print $4}\' | sed "s/0.11:.*/0.11/"',
      'owner of its sockets': "docker exec $G-web awk 'NR > 1 {print $8}' /proc/net/tcp6 | sort -u",
      "owner of the engine's sockets": "docker exec $G-web awk 'NR > 1 {print $8}' /proc/net/tcp",
      'two ports and udp':
        'docker run -d --name $G-u -p 127.0.0.1::53/udp -p 127.0.0.1::81 compared sleep 1000 ' +
        '>/dev/null; docker port $G-u | sed "s/:[0-9]*$//"',
      'network removal': 'docker rm -f $G-web >/dev/null; docker network rm $G-net | sed s/$G/G/',
    },
  },
];
