import { describe, expect, it } from 'vitest';
import type { CommandResult, Guest } from './guest.ts';
import { parseIdMap } from './product.ts';

const rangeSize = 65_536;

/**
 * What an ordinary user in the group docker can do with an engine with ECI on, through /var/run/docker.sock.
 * Leaves a container `web` behind, which always restarts.
 */
export function everydayDockerUse(guest: () => Guest): void {
  const alice = (command: string): Promise<CommandResult> => guest().run(command, { user: 'alice' });
  const output = (command: string): Promise<string> => guest().output(command, { user: 'alice' });
  const refused = async (command: string): Promise<string> => {
    const { code, stdout, stderr } = await alice(command);
    expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
    return stderr;
  };

  describe('an ordinary user, with ECI on', () => {
    it('A2, A3: each container has a user namespace with a range of its own', async () => {
      await output('docker run -d --name web --restart always --memory 64m busybox sleep 1000000');
      const [web, other] = [
        parseIdMap(await output('docker exec web cat /proc/self/uid_map')),
        parseIdMap(await output('docker run --rm busybox cat /proc/self/uid_map')),
      ];
      expect([web.count, other.count]).toEqual([rangeSize, rangeSize]);
      expect(web.host).toBeGreaterThanOrEqual(rangeSize);
      expect(Math.abs(web.host - other.host)).toBeGreaterThanOrEqual(rangeSize);
      const pid = await output("docker inspect --format '{{.State.Pid}}' web");
      expect(await guest().output(`stat -c %u /proc/${pid}`)).toBe(String(web.host));
    });

    it('A4, A5: a privileged container may mount, but not access disks and kernel settings', async () => {
      const script = `cat /proc/self/uid_map
mount -t tmpfs none /tmp && echo mounted
mknod /tmp/disk b ${guest().disk.major} 0 && head -c 9 /tmp/disk; head -c 9 ${guest().disk.device}
echo 1 > /proc/sys/kernel/sysrq && echo kernel setting changed`;
      const { stdout } = await alice(`docker run --rm --privileged busybox sh -c '${script}'`);
      const [map = '', ...rest] = stdout.trim().split('\n');
      expect(parseIdMap(map).count).toBe(rangeSize);
      expect(rest).toEqual(['mounted']);
    });

    it("A7: the machine's process ids are refused, with the name of the rule", async () => {
      expect(await refused('docker run --rm --pid=host busybox true')).toMatch(
        /--pid=host is blocked: .*\bA7\); no setting allows it/,
      );
      expect(await guest().output('bulkhead audit --rule host-namespace --json')).toContain('host-namespace');
    });

    it('A8: binds of /etc and of /srv are refused, one of the home directory is usable', async () => {
      expect(await refused('docker run --rm -v /etc:/x busybox true')).toMatch(
        /bind mount of \/etc is blocked: .*\bA8\); no setting allows it/,
      );
      expect(await refused('docker run --rm -v /srv:/x busybox true')).toMatch(
        /bind mount of \/srv is blocked: .*\bA8\); .*filesharingAllowedDirectories/,
      );
      await output('docker run --rm -v /home/alice:/x busybox sh -c "echo from inside > /x/file"');
      expect(await output('stat -c %U file && cat file && rm file')).toBe('alice\nfrom inside');
    });

    it('run, exec, logs and cp work as usual', async () => {
      expect((await alice('docker run --rm busybox sh -c "exit 7"')).code).toBe(7);
      expect(await output('echo piped | docker run --rm -i busybox cat')).toBe('piped');
      await output('docker run -d --name talk busybox sh -c "echo out; echo err >&2; sleep 1000000"');
      expect((await output('docker logs talk 2>&1')).split('\n').sort()).toEqual(['err', 'out']);
      expect(await output('docker exec talk id -u')).toBe('0');
      await output(
        'echo copied > in.txt && docker cp -q in.txt talk:/tmp/ && docker cp -q talk:/tmp/in.txt out.txt',
      );
      expect(await output('cat out.txt; docker exec talk stat -c %u:%g /tmp/in.txt')).toBe(
        'copied\n1000:1000',
      );
      await output('docker rm -f talk');
    });

    it('reads status, settings, history and containers; not decisions and ranges', async () => {
      expect(await output('bulkhead status')).toContain('Protected');
      expect(await output('bulkhead settings show')).toContain('enhancedContainerIsolation');
      expect(await output('bulkhead settings history')).toMatch(/ on +applied by root/);
      expect(await output('bulkhead containers list')).toContain('web');
      const audit = await alice('bulkhead audit');
      expect(audit).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('root') });
      const state = '/var/lib/bulkhead/system';
      const closed = ['audit.jsonl', 'isolation', 'sharing', 'sockets', 'planner.sock'];
      for (const name of closed)
        expect((await alice(`cat ${state}/${name}; ls ${state}/${name}/`)).code).not.toBe(0);
      for (const path of ['/run/bulkhead/ranges', '/run/bulkhead/engine.sock'])
        expect((await alice(`test -r ${path}`)).code).toBe(1);
    });

    it('outside of the group docker: status can be read, the socket cannot be used', async () => {
      await guest().output('useradd --system --create-home bob');
      const bob = (command: string) => guest().run(`cd / && runuser bob -c '${command}'`);
      const status = await bob('bulkhead status');
      expect(status.stdout).toContain('The containers could not be listed.');
      expect(status.stdout).toContain('Protected');
      expect((await bob('docker ps')).stderr).toContain('permission denied');
      expect(await bob('bulkhead plan')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("this user may not use the engine's socket"),
      });
    });

    it('A5: the engine has a home and a PATH of its own, and opens no disk', async () => {
      const ofEngine = 'pid=$(systemctl show --value -p MainPID docker)';
      const variables = `${ofEngine}; tr '\\0' '\\n' </proc/$pid/environ | grep -E '^(HOME|PATH)=' | sort`;
      const own = '/var/lib/bulkhead/system';
      expect(await guest().output(variables)).toBe(
        `HOME=${own}/home\nPATH=${own}/programs:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      );
      const inItsCgroup = await guest().run(`${ofEngine}
echo $$ > /sys/fs/cgroup$(cut -d : -f 3 /proc/$pid/cgroup)/cgroup.procs
head -c 1 /dev/zero | wc -c
head -c 1 ${guest().disk.device}`);
      expect(inItsCgroup).toMatchObject({
        code: 1,
        stdout: '1\n',
        stderr: expect.stringContaining('Operation not permitted'),
      });
      await guest().output(`mkdir -p disk/etc && mknod disk/etc/passwd b ${guest().disk.major} 0
tar -C disk -cf - . | docker -H unix:///run/bulkhead/engine.sock import - disk && rm -r disk`);
      expect((await alice('docker run --rm -u x disk true')).stderr).toMatch(/\bA5\)/);
      await guest().output('docker rmi disk');
    });

    it.each(['BuildKit', 'the legacy builder'])(
      'C: a build with %s runs in a range of its own',
      async (builder) => {
        const ownRange = parseIdMap(await output(buildThatPrintsItsMap(builder)));
        expect(ownRange.count).toBe(rangeSize);
        expect(ownRange.host).toBeGreaterThanOrEqual(rangeSize);
      },
    );

    it('compose brings a project up and down', async () => {
      const file = 'services: {one: {image: busybox, command: sleep 1000000, init: true}}';
      await output(`mkdir -p project && echo '${file}' > project/compose.yaml`);
      await output('cd project && docker compose --progress quiet up -d');
      const map = parseIdMap(await output('cd project && docker compose exec -T one cat /proc/self/uid_map'));
      expect(map.count).toBe(rangeSize);
      await output('cd project && docker compose --progress quiet down -t 0');
      expect(await output('docker ps -aq --filter label=com.docker.compose.project=project')).toBe('');
    });

    it('limits are those of a systemd scope, and seen inside', async () => {
      const id = await output("docker inspect --format '{{.Id}}' web");
      const limit = String(64 * 1024 * 1024);
      const scope = `docker-${id}.scope`;
      expect(await guest().output(`systemctl show --value -p MemoryMax ${scope}`)).toBe(limit);
      expect(await output('docker exec web cat /sys/fs/cgroup/memory.max')).toBe(limit);
      await output('docker update --memory 96m --memory-swap 96m web');
      expect(await output('docker exec web cat /sys/fs/cgroup/memory.max')).toBe(String(96 * 1024 * 1024));
      expect(await output("docker stats --no-stream --format '{{.MemUsage}}' web")).toContain('/ 96MiB');
    });

    it('a cgroup namespace is its own, in run and builds, and containers can be paused', async () => {
      expect(await output('docker run --rm busybox cat /proc/self/cgroup')).toBe('0::/');
      expect(await output(buildThatPrints('/proc/self/cgroup', 'BuildKit'))).toBe('0::/');
      expect(await refused('docker run --rm --cgroupns=host busybox true')).toContain('(A7)');
      await output('docker pause web');
      expect((await alice('docker exec web true')).stderr).toContain('is paused');
      await output('docker unpause web');
      expect(await output('docker exec web echo goes on')).toBe('goes on');
    });

    it("AppArmor's docker-default is in force in run, exec and builds, and denies nothing", async () => {
      const confined = 'docker-default (enforce)';
      const read = 'cat /proc/self/attr/current';
      expect(await output(`docker run --rm busybox ${read}`)).toBe(confined);
      expect(await output(`docker exec web ${read}`)).toBe(confined);
      expect(await output(buildThatPrints('/proc/self/attr/current', 'BuildKit'))).toContain(confined);
      const denials = await guest().output('journalctl -q -b -k --grep apparmor=.DENIED. --no-pager || true');
      expect(denials).toBe('');
    });
  });
}

/** A shell command that builds an image and prints a file as a step of the build sees it. */
function buildThatPrints(file: string, builder: string): string {
  return `rm -rf context && mkdir context
printf 'FROM busybox\\nRUN cat ${file} > /seen\\n' > context/Dockerfile
export DOCKER_BUILDKIT=${builder === 'BuildKit' ? 1 : 0}
docker build -q --no-cache -t seen context >/dev/null 2>build.log || { cat build.log >&2; exit 1; }
docker run --rm seen cat /seen`;
}

export const buildThatPrintsItsMap = (builder: string): string =>
  buildThatPrints('/proc/self/uid_map', builder);
