// @module-tag small
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerClient } from '../engine/base/docker-client.ts';
import { parseFacts, type ProbeFacts } from '../engine/verify/probe-container.ts';
import { makeProbeImage } from '../engine/verify/probe-image.ts';
import {
  operationTitle,
  operations as operationsById,
  outcomeOf,
  type Operation,
  type OperationOutcome,
} from '../shared/verify/operations.ts';
import { eciOn, type Side } from '../tests/support/guarded-engine.ts';
import { comparable, startTwoEngines, type TwoEngines } from '../tests/support/two-engines.ts';

const operations = operationsById.map((operation) => ({
  ...operation,
  title: operationTitle(operation.id).text,
}));

/**
 * Every row of section A of the behaviour page, on a real engine, through the gateway; beside it, where it
 * tells something, a stock engine.
 */
let engines: TwoEngines;
let guarded: TwoEngines['guarded'];
let image: string;
beforeAll(async () => {
  engines = await startTwoEngines();
  guarded = engines.guarded;
  for (const side of [engines.bare, guarded]) {
    const made = await makeProbeImage(
      dockerClient(side.socket),
      path.resolve(import.meta.dirname, '../runtime/build'),
    );
    if (!made.ok) throw new Error(`${made.error.message} ${made.error.reason ?? ''}`);
    image = made.value;
  }
}, 180_000);
afterAll(async () => {
  await engines?.stop();
});

/** Output of a script that must end well. */
async function output(side: Side, script: string): Promise<string> {
  const { code, stdout, stderr } = await side.sh(script);
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${stderr}`);
  return stdout.trim();
}
const probe = async (side: Side, options: string, args: string): Promise<ProbeFacts> =>
  parseFacts(await output(side, `docker run --rm ${options} ${image} ${args}`));
/** Must be refused by the gateway, in its words (B6). */
async function refused(options: string, refusal: RegExp): Promise<void> {
  const { code, stderr } = await guarded.sh(`docker run --rm ${options} busybox true`);
  expect([code, stderr], options).toEqual([
    expect.not.stringMatching(/^0$/),
    expect.stringMatching(/enhanced container isolation: /),
  ]);
  expect(stderr, options).toMatch(refusal);
}
const range = (map: string): { first: number; last: number } => {
  const found = /^\s*0\s+(\d+)\s+65536\s*$/.exec(map);
  expect(found, `a range of 64K: "${map}"`).not.toBeNull();
  const first = Number(found?.[1]);
  expect(first).toBeGreaterThan(0);
  return { first, last: first + 65_535 };
};
/** Maps of a running container's first process, as the machine sees them. */
const outsideMaps = async (name: string): Promise<{ uid: string; gid: string }> => {
  const pid = await output(guarded, `docker inspect -f '{{.State.Pid}}' ${name}`);
  return {
    uid: await readFile(`/proc/${pid}/uid_map`, 'utf8'),
    gid: await readFile(`/proc/${pid}/gid_map`, 'utf8'),
  };
};

it('A1 the same client commands do the same', async () => {
  const script = `docker create --name same -e A=b --label l=1 busybox sh -c 'id -u; echo $A; cat' -
docker start -a same; echo "status $?"; docker logs same
docker inspect -f '{{.State.ExitCode}} {{.Config.Labels}} {{.Path}} {{.Args}}' same; docker rm same
echo hello | docker run -i --rm busybox cat`;
  const [ours, theirs] = await Promise.all([guarded.sh(script), engines.bare.sh(script)]);
  expect(comparable(ours.stdout, guarded)).toBe(comparable(theirs.stdout, engines.bare));
  expect(ours.stdout).toMatch(/^hello$/m);
});

describe('A2, A3 ranges', () => {
  it('A2 root in a container is not root in the engine; on a stock engine it is', async () => {
    expect((await probe(engines.bare, '', '')).uidMap).toBe('0 0 4294967295');
    await output(guarded, `docker run -d --name mapped ${image} --hold`);
    const inside = parseFacts(
      await output(guarded, 'until docker logs mapped | grep -q uid; do sleep .1; done; docker logs mapped'),
    );
    const outside = await outsideMaps('mapped');
    expect(range(outside.uid)).toEqual(range(inside.uidMap));
    expect(range(outside.gid)).toEqual(range(inside.gidMap));
    expect(inside.uid).toBe(0);
    const pid = await output(guarded, "docker inspect -f '{{.State.Pid}}' mapped");
    expect((await stat(`/proc/${pid}`)).uid).toBe(range(inside.uidMap).first);
    await output(guarded, 'docker rm -f mapped');
  });

  it("A2 for every kind of request: run, create and start, exec, a user, compose's API", async () => {
    const maps = await output(
      guarded,
      `docker run --rm --user 1000:1000 busybox cat /proc/self/uid_map
id=$(docker create busybox cat /proc/self/uid_map); docker start -a $id; docker rm $id >/dev/null
docker run -d --name long busybox sleep 1000 >/dev/null; docker exec long cat /proc/self/uid_map
docker exec --privileged long cat /proc/self/uid_map; docker rm -f long >/dev/null`,
    );
    const lines = maps.split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) range(line);
  });

  it('A3 containers that live at the same time have no id in common', async () => {
    const names = ['a3-1', 'a3-2', 'a3-3', 'a3-4'];
    await output(
      guarded,
      `for n in ${names.join(' ')}; do docker run -d --name $n busybox sleep 1000 & done; wait`,
    );
    const ranges = (
      await Promise.all(names.map(async (name) => range((await outsideMaps(name)).uid)))
    ).toSorted((a, b) => a.first - b.first);
    for (const [i, { last }] of ranges.entries())
      expect(ranges[i + 1]?.first ?? Infinity).toBeGreaterThan(last);
    await output(guarded, `docker rm -f ${names.join(' ')}`);
  });
});

describe('A4, A5 --privileged', () => {
  const columns = new Map<string, { readonly bare: string; readonly eci: string }>();
  beforeAll(async () => {
    const [bare, eci] = [
      await probe(engines.bare, '--privileged', '--operations'),
      await probe(guarded, '--privileged', '--operations'),
    ];
    for (const { id } of operations)
      columns.set(id, {
        bare: bare.operations?.[id] ?? 'not tried',
        eci: eci.operations?.[id] ?? 'not tried',
      });
    const width = Math.max(...operations.map(({ title }) => title.length));
    const rows = operations.map(({ id, kind, title }) => {
      const { bare: stock = '', eci: isolated = '' } = columns.get(id) ?? {};
      return `${kind.padEnd(8)}${title.padEnd(width)}${stock.padEnd(15)}${isolated}`;
    });
    process.stdout.write(`${'--privileged'.padEnd(width + 8)}stock engine   under ECI\n${rows.join('\n')}\n`);
  });
  const of = (operation: Operation): { bare: OperationOutcome; eci: OperationOutcome } => {
    const observed = columns.get(operation.id);
    // A stock engine hides nothing from a privileged container: what isn't there isn't anywhere.
    const { hidden: _, ...shown } = operation;
    return { bare: outcomeOf(shown, observed?.bare), eci: outcomeOf(operation, observed?.eci) };
  };

  /** What the root of some machines can't do either; each with how that is known. */
  const lacks = (capability: number) =>
    (Number(
      BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`) >>
        BigInt(capability),
    ) &
      1) ===
    0;
  const resources = 24; // CAP_SYS_RESOURCE
  const bareCannot: Readonly<Record<string, { readonly why: string; readonly holds: () => boolean }>> = {
    'real-time-priority': {
      why: 'cgroup v1 with RT groups gives containers no real time',
      holds: () => existsSync('/sys/fs/cgroup/cpu/cpu.rt_runtime_us'),
    },
    'lower-oom-score': { why: "this machine's root has no CAP_SYS_RESOURCE", holds: () => lacks(resources) },
    'raise-limit': { why: "this machine's root has no CAP_SYS_RESOURCE", holds: () => lacks(resources) },
    'open-disk': { why: 'this machine keeps its disk from its root', holds: () => true },
  };

  it.each(operations.filter((one) => one.kind === 'global'))('A5 cannot: $title', (operation) => {
    const { bare, eci } = of(operation);
    if (bare === 'allowed') {
      expect(eci).toBe('refused');
      return;
    }
    // Nothing to refuse: the kernel has no such thing, or this machine's own root may not.
    if (bare === 'refused')
      expect(
        bareCannot[operation.id]?.holds(),
        `a stock engine's privileged container may not ${operation.title}, and nobody knows why`,
      ).toBe(true);
    else expect(bare).toBe('absent');
    expect(['refused', 'absent']).toContain(eci);
  });
  it('A5 at least 45 operations that a stock engine allows are refused', () => {
    const shown = operations.filter(
      (one) => one.kind === 'global' && of(one).bare === 'allowed' && of(one).eci === 'refused',
    );
    expect(shown.length).toBeGreaterThanOrEqual(45);
  });
  it.each(operations.filter((one) => one.kind === 'local'))('A4 may: $title', (operation) => {
    const { bare, eci } = of(operation);
    expect(bare === 'allowed' || bare === 'absent').toBe(true);
    if (bare === 'allowed' && operation.mayBeRefused === undefined) expect(eci).toBe('allowed');
    if (bare === 'absent') expect(eci).toBe('absent');
  });
  it("A5 the machine is as before: the kernel's settings are untouched", async () => {
    const settings = () =>
      Promise.all(
        ['kernel/core_pattern', 'vm/swappiness', 'fs/file-max'].map((name) =>
          readFile(`/proc/sys/${name}`, 'utf8'),
        ),
      );
    const before = await settings();
    await output(
      guarded,
      `docker run --rm --privileged busybox sh -c 'echo "|/x" > /proc/sys/kernel/core_pattern; ` +
        'echo 1 > /proc/sys/vm/swappiness; echo 5 > /proc/sys/fs/file-max; mount -t proc p /mnt; ' +
        `echo "|/x" > /mnt/sys/kernel/core_pattern; true' 2>/dev/null`,
    );
    expect(await settings()).toEqual(before);
  });
});

describe('A6, A7 runtime and namespaces', () => {
  it.each(['', '--runtime=runc', '--runtime=io.containerd.runc.v2'])(
    'A6 the isolation runtime it is, with "%s"',
    async (flag) => {
      await output(guarded, `docker run -d --name a6 ${flag} busybox sleep 1000`);
      expect(await output(guarded, "docker inspect -f '{{.HostConfig.Runtime}}' a6")).toBe('bulkhead');
      range((await outsideMaps('a6')).uid);
      await output(guarded, 'docker rm -f a6');
    },
  );

  it('A7 --userns=host is ignored', async () => {
    range((await probe(guarded, '--userns=host --privileged', '')).uidMap);
  });
  it.each(['--pid', '--network', '--ipc', '--uts', '--cgroupns'])(
    'A7 %s=host is refused, and named',
    async (flag) => {
      await refused(`${flag}=host`, new RegExp(`${flag}=host is blocked.*A7`));
    },
  );
  it('A7 a namespace is shared only with a protected container, in its user namespace', async () => {
    await output(guarded, `docker run -d --name owner --ipc shareable busybox sleep 1000`);
    await guarded.engine.docker(
      'run',
      '-d',
      '--name',
      'bare',
      '--runtime',
      'runc',
      'busybox',
      'sleep',
      '1000',
    );
    const user = await output(guarded, 'docker exec owner readlink /proc/self/ns/user');
    for (const kind of ['network', 'pid', 'ipc']) {
      expect(
        await output(
          guarded,
          `docker run --rm --${kind}=container:owner busybox readlink /proc/self/ns/user`,
        ),
        kind,
      ).toBe(user);
      await refused(`--${kind}=container:bare`, /is not protected; A7\)/);
    }
    await guarded.engine.docker('rm', '-f', 'owner', 'bare');
  });
});

describe('A8, A9 directories', () => {
  it('A8 refuses engine directories by path, link, parent, mount, volume; and unshared ones', async () => {
    const { root } = guarded.engine;
    await symlink(root, path.join(guarded.work, 'link'));
    for (const source of [
      root,
      `${root}/data`,
      '/',
      `${guarded.work}/link`,
      `${guarded.work}/../guarded/link/data`,
    ])
      await refused(`-v ${source}:/x`, /A8|B1/);
    await refused(`--mount type=bind,src=${root}/data,dst=/x`, /A8|B1/);
    await refused('-v /etc:/x:ro', /filesharingAllowedDirectories/);
    const volume = await guarded.sh(`docker volume create -o type=none -o o=bind -o device=${root} stolen`);
    expect([volume.code, volume.stderr]).toEqual([
      1,
      expect.stringMatching(/enhanced container isolation: /),
    ]);
  });

  it('A8 a shared directory works with usable ownership, also for a privileged container', async () => {
    const shared = path.join(guarded.work, 'shared');
    await mkdir(shared);
    await chmod(shared, 0o755);
    await writeFile(path.join(shared, 'given'), 'given\n', { mode: 0o600 });
    const facts = await probe(guarded, `--privileged -v ${shared}:/shared`, '--shared /shared');
    expect(facts.shared).toEqual({ write: 'ok', owner: '0:0', read: 'ok', givenOwner: '0:0' });
    // The user who shared it: the one who runs this.
    expect((await stat(path.join(shared, 'by-root'))).uid).toBe(process.getuid?.());
    expect(await readFile(path.join(shared, 'by-root'), 'utf8')).toBe('probe\n');
    const observed = await Promise.all(
      [guarded, engines.bare].map((side) =>
        output(
          side,
          `docker run --rm -v ${shared}:/s busybox sh -c 'stat -c "%n %u:%g %a" /s/given /s/by-root; ` +
            "cat /s/*'",
        ),
      ),
    );
    expect(observed[0]).toBe(observed[1]);
  });

  it('A9 a read-only bind cannot be made writable; on a stock engine it can', async () => {
    const directory = path.join(guarded.work, 'read-only');
    await mkdir(directory);
    const tried = async (side: Side) =>
      (await probe(side, `--privileged -v ${directory}:/ro:ro`, '--read-only /ro')).readOnly;
    const { written, ...ways } = (await tried(guarded)) ?? { written: true };
    expect(written).toBe(false);
    expect(Object.values(ways).filter((result) => result === 'ok')).toEqual([]);
    expect(Object.keys(ways).length).toBeGreaterThanOrEqual(5);
    expect(await readdir(directory)).toEqual([]);
    expect((await tried(engines.bare))?.written).toBe(true);
    expect(await readdir(directory)).toEqual(['written']);
  });
});

describe('A10 the parts of /proc and /sys that belong to the machine', () => {
  const tried = async (side: Side, options: string): Promise<[string, string][]> =>
    Object.entries((await probe(side, options, '--proc')).proc?.tried ?? {});
  it("is hidden, or can't be written", async () => {
    const observed = await tried(guarded, '');
    expect(observed.length).toBeGreaterThanOrEqual(5);
    expect(observed.filter(([, result]) => result === 'ok')).toEqual([]);
  });
  it('stays so where all of it is requested back, which a stock engine grants', async () => {
    const everything = '--security-opt systempaths=unconfined';
    const [ours, theirs] = [await tried(guarded, everything), await tried(engines.bare, everything)];
    expect(theirs.filter(([, result]) => result === 'ok').map(([what]) => what)).toEqual(
      expect.arrayContaining(['read /proc/timer_list', 'write /proc/sys/kernel/hostname']),
    );
    expect(ours.filter(([, result]) => result === 'ok')).toEqual([]);
    const script =
      `docker run --rm ${everything} busybox sh -c "echo h > /proc/sysrq-trigger || ` +
      'echo 1 > /proc/sys/vm/swappiness"';
    expect((await guarded.sh(script)).code).not.toBe(0);
  });
});

it('A11 what a container starts through its socket is isolated, and bound by the rules', async () => {
  await guarded.gateway.settings(
    eciOn(guarded.scratch, { dockerSocketMount: { imageList: { images: ['*'] } } }),
  );
  try {
    const through = async (
      host: object,
    ): Promise<NonNullable<ProbeFacts['throughSocket']> & { map: string }> => {
      const body = JSON.stringify({
        Image: image,
        Cmd: ['--hold'],
        HostConfig: { Runtime: 'runc', UsernsMode: 'host', Privileged: true, ...host },
      });
      const facts = await probe(
        guarded,
        `-v ${guarded.gateway.socket}:/var/run/docker.sock`,
        `--socket /var/run/docker.sock 20 '${body}'`,
      );
      return {
        map: facts.uidMap,
        ...(facts.throughSocket ?? { created: 0, started: 0, id: '', answer: 'no request was sent' }),
      };
    };
    const made = await through({});
    expect([made.created, made.started, made.answer]).toEqual([201, 204, '']);
    const inner = range((await outsideMaps(made.id)).uid);
    expect(inner.first).not.toBe(range(made.map).first);
    expect(await output(guarded, `docker inspect -f '{{.HostConfig.Runtime}}' ${made.id}`)).toBe('bulkhead');
    await output(guarded, `docker rm -f ${made.id}`);
    for (const host of [
      { PidMode: 'host' },
      { Binds: [`${guarded.engine.root}:/x`] },
      { Binds: [`${guarded.engine.socket}:/x`] },
    ]) {
      expect(await through(host)).toMatchObject({
        created: 403,
        id: '',
        answer: expect.stringContaining('enhanced container isolation: ') as string,
      });
    }
  } finally {
    await guarded.gateway.settings(eciOn(guarded.scratch));
  }
});
