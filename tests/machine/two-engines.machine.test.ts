import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Guest } from './guest.ts';
import { installPackage, parseIdMap } from './product.ts';

const root = '/var/lib/bulkhead';
const eci = '/enhancedContainerIsolation/value';
const machineAddress = '10.0.2.15';
/** Without the proxy, a published port is nothing but firewall rules. */
const daemonJson = '{ "userland-proxy": false }';
const engines = {
  machine: { docker: 'docker', port: 8081 },
  embedded: { docker: `docker -H unix://${root}/docker.sock`, port: 8082 },
} as const;
type Engine = (typeof engines)[keyof typeof engines];

/** How often each is started, changed and killed; more than twice by hand. */
const rounds = Number(process.env['BULKHEAD_TEST_ROUNDS'] ?? 2);

/** A web server in the default network, published on the machine, and a container in another network. */
const serve = ({ docker, port }: Engine) => {
  const server = 'mkdir -p /www && echo served > /www/index.html && exec httpd -f -p 80 -h /www';
  const options = '-d --restart always --stop-signal KILL';
  return `${docker} run ${options} --name web -p ${port}:80 busybox sh -c '${server}'
${docker} network create apart
${docker} run ${options} --name apart --network apart busybox sleep 1000000
${docker} run -d --name once busybox sleep 1000000`;
};

/** Prints what is wrong with the networks of both engines; nothing where all is as it was. */
const faults = `
address() { "$@" inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' web; }
machine=$(address ${engines.machine.docker})
embedded=$(address ${engines.embedded.docker})
reaches() { "$@" 2>/dev/null | grep -qx served; }
get='wget -T 2 -q -O -'
ip link show dev docker0 >/dev/null || echo 'docker0 is gone'
for port in ${engines.machine.port} ${engines.embedded.port}; do
  reaches busybox $get http://${machineAddress}:$port/ || echo "port $port is not published"
done
reaches ${engines.machine.docker} exec web $get http://$machine/ || echo 'no network: machine'
reaches ${engines.embedded.docker} exec web $get http://$embedded/ || echo 'no network: embedded'
for to in $machine $embedded; do
  ! reaches ${engines.machine.docker} exec apart $get http://$to/ || echo "machine's reaches $to"
  ! reaches ${engines.embedded.docker} exec apart $get http://$to/ || echo "embedded reaches $to"
done
# They have a network. What an engine publishes is for everybody but its own networks, which it keeps apart.
reaches ${engines.machine.docker} exec apart $get http://${machineAddress}:${engines.embedded.port}/ ||
  echo "machine's apart does not reach port ${engines.embedded.port}"
reaches ${engines.embedded.docker} exec apart $get http://${machineAddress}:${engines.machine.port}/ ||
  echo "embedded apart does not reach port ${engines.machine.port}"
for engine in '${engines.machine.docker}' '${engines.embedded.docker}'; do
  running=$($engine ps --filter name=web --filter name=apart --format '{{.Names}}' | sort | tr '\\n' ' ')
  [ "$running" = 'apart web ' ] || $engine ps -a
done
`;

describe("an embedded engine beside the machine's own", () => {
  let guest: Guest;
  const embedded = (command: string) => guest.output(`${engines.embedded.docker} ${command}`);
  const expectIntact = async () => {
    expect(await guest.output(faults, { timeoutMs: 240_000 })).toBe('');
  };
  const untilReady = () =>
    guest.output(
      `until ${engines.embedded.docker} info && docker info && bulkhead engine status --root ${root}; do
  sleep 1
done >/dev/null 2>&1`,
      { timeoutMs: 420_000 },
    );
  const onceStarted = () => embedded("inspect -f '{{.State.StartedAt}} {{.State.Running}}' once");
  /** A container that is not started again keeps running. */
  const killSupervisor = async () => {
    await embedded('start once');
    const before = await onceStarted();
    const main = "systemctl show --value -p MainPID 'bulkhead-engine-*'";
    const pid = await guest.output(main);
    await guest.output("systemctl kill -s KILL --kill-whom=main 'bulkhead-engine-*'");
    await guest.output(`until [ "$(${main})" != ${pid} ] && [ "$(${main})" != 0 ]; do sleep 0.5; done`);
    await untilReady();
    expect(await onceStarted()).toBe(before);
  };
  const bulkhead = (command: string) =>
    guest.output(`bulkhead ${command} --root ${root}`, { timeoutMs: 420_000 });

  beforeAll(async () => {
    guest = await Guest.boot();
    await guest.output(`mkdir -p /etc/docker && echo '${daemonJson}' > /etc/docker/daemon.json
systemctl restart docker
docker import -c 'CMD ["sh"]' /usr/local/share/busybox.tar busybox
${serve(engines.machine)}`);
    await installPackage(guest);
  }, 1_800_000);
  afterAll(async () => {
    await guest?.saveOutput(
      `journalctl --no-pager -o short-precise; tail -n 500 ${root}/logs/*.log`,
      'two-engines-journal.log',
    );
    await guest?.stop();
  }, 120_000);

  it('starts as a service, isolates its containers, and leaves those of the other alone', async () => {
    const before = await guest.output("docker inspect -f '{{.State.StartedAt}}' web apart");
    await guest.output(
      `mkdir -p ${root} && chmod 0711 ${root} && echo '${daemonJson}' > ${root}/daemon.json`,
    );
    await bulkhead('engine start --timeout 400');
    expect(await bulkhead('engine status')).toContain('bulkhead engine stop');
    await bulkhead(`settings set ${eci} true`);
    await bulkhead('apply --yes');
    await guest.output(
      `docker -H unix://${root}/engine.sock import -c 'CMD ["sh"]' /usr/local/share/busybox.tar busybox
${serve(engines.embedded)}`,
    );
    expect(parseIdMap(await embedded('exec web cat /proc/self/uid_map')).count).toBe(65_536);
    expect(await guest.output("docker inspect -f '{{.State.StartedAt}}' web apart")).toBe(before);
    await expectIntact();
  });

  const changes = [
    ['restart of the embedded one', () => bulkhead('engine restart --timeout 400')],
    ['apply, off', () => bulkhead(`settings set ${eci} false`).then(() => bulkhead('apply --yes'))],
    ["restart of the machine's", () => guest.output('systemctl restart docker', { timeoutMs: 240_000 })],
    ['apply, on', () => bulkhead(`settings set ${eci} true`).then(() => bulkhead('apply --yes'))],
    ['kill of its dockerd', () => guest.output(`pkill -KILL -f '[d]ockerd --data-root ${root}/'`)],
    ["kill of the machine's", () => guest.output('systemctl kill -s KILL --kill-whom=main docker')],
    ['kill of its supervisor', killSupervisor],
    [
      'stop and start of it',
      () => bulkhead('engine stop --timeout 400').then(() => bulkhead('engine start --timeout 400')),
    ],
    ['reboot', () => guest.reboot()],
    ['loss of power', () => guest.reboot('power-loss')],
  ] as const;
  describe.each(Array.from({ length: rounds }, (_, index) => index + 1))(
    'both keep networks, ports and docker0, round %i:',
    () => {
      it.each(changes)('%s', async (_, change) => {
        await change();
        await untilReady();
        await expectIntact();
      });
    },
  );

  it("keeps running without the machine's containerd", async () => {
    await guest.output('systemctl stop docker.socket docker containerd', { timeoutMs: 240_000 });
    expect(await embedded('run --rm busybox echo on')).toBe('on');
    await guest.output('systemctl start containerd docker', { timeoutMs: 240_000 });
    await untilReady();
    await expectIntact();
  });

  it('is back after a reboot, with its containers', async () => {
    await guest.reboot();
    await untilReady();
    expect(parseIdMap(await embedded('exec web cat /proc/self/uid_map')).count).toBe(65_536);
    await expectIntact();
  });

  it('leaves nothing behind when it is stopped', async () => {
    await bulkhead('engine stop --timeout 400');
    expect(await guest.output("systemctl list-unit-files --no-legend 'bulkhead-engine-*' || true")).toBe('');
    const shown = 'iptables-save; ip6tables-save; ip -o link; ip -4 -o address';
    const left = await guest.output(shown);
    expect(left).not.toMatch(/BH-|: bh/);
    // One network of the machine's own engine, apart, has a bridge of its own.
    expect(left.match(/^\d+: br-[0-9a-f]+:/gm)).toHaveLength(1);
    expect(await guest.output(`busybox wget -q -O - http://${machineAddress}:${engines.machine.port}/`)).toBe(
      'served',
    );
  });
});
