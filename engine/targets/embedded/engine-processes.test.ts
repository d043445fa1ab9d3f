import { describe, expect, it } from 'vitest';
import { findLeftovers } from './engine-processes.ts';
import { mayBelongTo } from './processes-without-state.ts';
import type { RunningProcess } from '../../base/process-identity.ts';
import { rootPaths } from '../../base/root-paths.ts';

const paths = rootPaths('/srv/engine');
const other = rootPaths('/srv/engine2');
const process = (pid: number, ...args: string[]): RunningProcess => ({
  pid,
  parent: 1,
  started: `${pid}0`,
  boot: 'b',
  args,
  isRootProcess: true,
});
const pids = (found: { pid: number }[]) => found.map((p) => p.pid);

describe('processes of an engine', () => {
  const of = (p: typeof paths, base: number) => [
    process(base, 'dockerd', '--data-root', p.data, '--exec-root', p.run),
    process(base + 1, 'containerd', '--config', `${p.run}/containerd/containerd.toml`),
    process(
      base + 2,
      '/usr/bin/containerd-shim-runc-v2',
      '-namespace',
      'moby',
      '-address',
      `${p.run}/containerd/containerd.sock`,
    ),
    process(base + 3, '/x/node', '/x/main.mjs', 'gateway', '--listen', `unix://${p.clientSocket}`),
    process(base + 4, '/x/node', '/x/main.mjs', 'planner', '--root', p.root),
    process(base + 5, '/usr/bin/lxcfs', '--enable-cfs', `${p.run}/lxcfs/1`),
  ];
  const machine = [
    ...of(paths, 100),
    ...of(other, 200),
    process(300, 'dockerd'),
    process(301, 'containerd'),
    process(302, 'vi', paths.root, paths.run),
    process(303, ''),
  ];

  it('are found by its unique paths, and none of another engine', () => {
    const found = findLeftovers(machine, paths, null, 1);
    expect({
      dockerd: pids(found.dockerd),
      containerd: pids(found.containerd),
      shims: pids(found.shims),
      gateway: pids(found.gateway),
      planner: pids(found.planner),
      lxcfs: pids(found.lxcfs),
    }).toEqual({
      dockerd: [100],
      containerd: [101],
      shims: [102],
      gateway: [103],
      planner: [104],
      lxcfs: [105],
    });
  });

  it('are not missed by their command lines alone, and a command that names the engine is none', () => {
    const named = [...machine, process(400, 'sudo', 'bulkhead', 'status', '--root', paths.root)];
    const candidates = named.filter(({ args }) => mayBelongTo(paths, `${args.join('\0')}\0`));
    expect(pids(candidates)).toEqual([100, 101, 102, 103, 104, 105, 302]);
  });

  it('are found by the recorded identity if the command line does not identify them', () => {
    const recorded = { dockerd: null, gateway: { pid: 303, started: '3030', boot: 'b' }, planner: null };
    expect(pids(findLeftovers(machine, paths, recorded, 1).gateway)).toEqual([103, 303]);
  });

  it.each([
    { pid: 303, started: '1', boot: 'b' },
    { pid: 303, started: '3030', boot: 'earlier' },
  ])('a reused pid is left alone: %j', (identity) => {
    expect(
      pids(
        findLeftovers(machine, paths, { dockerd: identity, gateway: identity, planner: identity }, 1).dockerd,
      ),
    ).toEqual([100]);
  });

  it('belong to root: those of a user or container are ignored and prevent no clean-up', () => {
    const found = findLeftovers(
      machine.map((p) => ({ ...p, isRootProcess: false })),
      paths,
      { dockerd: null, gateway: null, planner: null },
      1,
    );
    expect(Object.values(found).flat()).toEqual([]);
  });

  it("include shims under the machine's own containerd, only of this engine's containers", () => {
    const shim = (pid: number, id: string) =>
      process(
        pid,
        '/usr/bin/containerd-shim-runc-v2',
        '-namespace',
        'moby',
        '-id',
        id,
        '-address',
        '/run/containerd/containerd.sock',
      );
    const found = findLeftovers([shim(1, 'ours'), shim(2, 'theirs')], paths, null, 9, new Set(['ours']));
    expect(pids(found.foreignShims)).toEqual([1]);
    expect(pids(found.shims)).toEqual([]);
  });

  it('never include the current process', () => {
    expect(pids(findLeftovers(machine, paths, null, 100).dockerd)).toEqual([]);
  });

  it('do not include those of an engine whose path has the same beginning', () => {
    const found = findLeftovers(
      [
        process(1, 'dockerd', '--exec-root', `${paths.run}x`),
        process(2, 'node', 'planner', '--root', `${paths.root}/sub`),
      ],
      paths,
      null,
      9,
    );
    expect([...found.dockerd, ...found.planner]).toEqual([]);
  });
});
