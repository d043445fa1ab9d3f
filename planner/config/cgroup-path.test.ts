import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cgroupsOf, checkCgroupPath, hasProcesses } from './cgroup-path.ts';

const id = 'a'.repeat(64);
const other = 'b'.repeat(64);
const check =
  (cgroupsPath: string | undefined, engine: readonly string[] = ['/system.slice/docker.service', '/']) =>
  () => {
    checkCgroupPath(cgroupsPath, {
      id,
      engine,
      isContainer: (name) => name === 'buildkit7',
      hasProcesses: (cgroup) => ['/teams/red', '/single', '/mine/jobs'].includes(cgroup),
    });
  };

describe('the cgroup of a container', () => {
  it.each([
    ['none: runc makes one by the id', undefined],
    ["the engine's default", `/docker/${id}`],
    ["a parent of the user's", `/teams/blue/${id}`],
    ['a slice as a directory, as Kubernetes has them', `/kubepods.slice/kubepods-burstable.slice/${id}`],
    ['a relative parent', `mine/${id}`],
    ['beside processes, below a single name', `/single/${id}`],
    ['the root', `/${id}`],
    ["systemd's default", `system.slice:docker:${id}`],
    ["a slice of the user's", `user-1000.slice:docker:${id}`],
    ["systemd's without a slice", `:docker:${id}`],
  ])('may be %s', (_, cgroupsPath) => {
    expect(check(cgroupsPath)).not.toThrow();
  });

  it.each([
    ["another container's", `/docker/${other}`, "not the container's own"],
    ["inside another container's", `/docker/${other}/${id}`, "inside another container's"],
    [
      "inside another container's scope",
      `/system.slice/docker-${other}.scope/x/${id}`,
      "inside another container's",
    ],
    ["inside a build step's", `/docker/buildkit/buildkit7/${id}`, "inside another container's"],
    ["the engine's", `/system.slice/docker.service/${id}`, "inside the container engine's"],
    ['inside a cgroup with processes', `/teams/red/${id}`, 'in which processes run (/teams/red)'],
    ['inside one on the way', `mine/jobs/1/${id}`, 'in which processes run (/mine/jobs)'],
    ['up from its parent', `/docker/../system.slice/${id}`, 'leads out of its parent'],
    ['up from a relative parent', `../../${id}`, 'leads out of its parent'],
    ['hiding a step up', `/docker/./..//${id}`, 'leads out of its parent'],
    ['a parent alone', '/docker/', 'leads out of its parent'],
    ["another container's scope", `system.slice:docker:${other}`, 'not one that a container may have'],
    ['a scope as a slice', `docker-${other}.scope:docker:${id}`, 'not one that a container may have'],
    ['one word', 'docker', 'not one that a container may have'],
  ])('may not be %s', (_, cgroupsPath, why) => {
    expect(check(cgroupsPath)).toThrow(why);
    expect(check(cgroupsPath)).toThrow(/^enhanced container isolation: /);
  });

  it("may not be in the engine's by a relative path, which is made absolute for runc", () => {
    expect(check(`bulkhead-1/${id}`, ['/bulkhead-1'])).toThrow(
      `bulkhead-1/${id} is inside the container engine's (/bulkhead-1)`,
    );
  });

  it("may not be in the one that another engine's dockerd runs in", () => {
    expect(check(`/bulkhead-0123abcdef/${id}`)).toThrow(
      `/bulkhead-0123abcdef/${id} is inside a container engine's (bulkhead-0123abcdef)`,
    );
    expect(check(`/bulkhead-jobs/${id}`)).not.toThrow();
  });

  it('may have any parent if the engine runs in the root cgroup', () => {
    expect(check(`/docker/${id}`, ['/'])).not.toThrow();
  });
});

it('reads the cgroups of a process, of both versions', () => {
  expect(
    cgroupsOf('4:cpu,cpuacct:/a\n1:name=systemd:/system.slice/docker.service\n0::/system.slice/x:y\n'),
  ).toEqual(['/a', '/system.slice/docker.service', '/system.slice/x:y']);
});

describe('processes in a cgroup', () => {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'bulkhead-cgroups-'));
    for (const [cgroup, processes] of [
      ['memory/empty', ''],
      ['pids/empty', ''],
      ['memory/used', ''],
      ['pids/used', '7\n9\n'],
      ['pids/alone', '7\n'],
    ] as const) {
      mkdirSync(path.join(root, cgroup), { recursive: true });
      writeFileSync(path.join(root, cgroup, 'cgroup.procs'), processes);
    }
    // Like that of a threaded cgroup, it cannot be read.
    mkdirSync(path.join(root, 'memory/threaded/cgroup.procs'), { recursive: true });
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it.each([
    ['of no hierarchy', '/nowhere', false],
    ['that is empty in all', '/empty', false],
    ['that is used in one', '/used', true],
    ['that is in one alone', '/alone', true],
    ['whose processes cannot be listed', '/threaded', true],
  ])('are seen: one %s', (_, cgroup, expected) => {
    const hierarchies = ['memory', 'pids'].map((name) => path.join(root, name));
    expect(hasProcesses(cgroup, hierarchies)).toBe(expected);
  });
});
