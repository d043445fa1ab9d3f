import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildsUnenforcedName, buildTokenVariable } from '../shared/isolation/build-token.ts';
import { containerState } from './container-state-fixture.ts';
import type { ContainerState } from './containers.ts';
import type { SharingOptions } from './shares/shares.ts';
import { admitStepProcess, isStep, takeToken } from './step-processes.ts';

const id = 'k3v9x0q2m8w7c1z5t6r4y2u1p';
const runcRoot = '/run/bulkhead/steps/1-2';
const marked = (token: string) => ({ args: ['sh'], env: ['PATH=/bin', `${buildTokenVariable}=${token}`] });
const hash = (token: string) => takeToken(marked(token)).build ?? '';

let directory: string;
const file = () => path.join(directory, 'process.json');
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-step-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const state = (more: Partial<ContainerState> = {}): ContainerState =>
  containerState({ id, runcRoot, base: 1_000_013_824 }, { runtimePid: 1, ...more });

/** The content of the file after the planner allowed runc to run `process`; throws the refusal. */
function admitted(
  process: unknown,
  container: ContainerState | null,
  records: SharingOptions['records'] = 'required',
): string {
  writeFileSync(file(), typeof process === 'string' ? process : JSON.stringify(process));
  const subordinates = { prepare: () => Promise.resolve(), of: () => ({ uid: 1, gid: 1 }) };
  admitStepProcess({ verb: 'exec', id, bundle: file(), runcRoot, pid: 1 }, container, {
    directory,
    records,
    subordinates,
  });
  return readFileSync(file(), 'utf8');
}

const refusal = new RegExp(
  '^enhanced container isolation: a further process in the container \\w+ .*is blocked: ' +
    '.*no setting allows it$',
);

describe('a further process in a build container', () => {
  it("runs if it has the container's token, and is refused without it", () => {
    expect(JSON.parse(admitted(marked('own'), state({ build: hash('own') })))).toEqual({
      args: ['sh'],
      env: ['PATH=/bin'],
    });
  });

  it('keeps every digit of its limits', () => {
    const limits = '"rlimits":[{"type":"RLIMIT_CORE","hard":18446744073709551615}]';
    const text = `{"env":["${buildTokenVariable}=own"],${limits}}`;
    expect(admitted(text, state({ build: hash('own') }))).toBe(`{"env":[],${limits}}`);
  });

  it.each<[string, unknown, ContainerState | null]>([
    ['without a token', { args: ['sh'], env: ['PATH=/bin'] }, state({ build: hash('own') })],
    ["with another's", marked('other'), state({ build: hash('own') })],
    ['with an empty one', marked(''), state({ build: hash('own') })],
    ['with the hash of it', marked(hash('own')), state({ build: hash('own') })],
    ['in a step that no client drives', marked('own'), state()],
    ['without a token in such a step', { args: ['sh'] }, state()],
    ['in a container that nothing is known of', marked('own'), null],
    [
      "in another runc's container of that name",
      marked('own'),
      state({ build: hash('own'), runcRoot: '/run/runc' }),
    ],
  ])('is refused %s', (_, process, container) => {
    expect(() => admitted(process, container)).toThrow(refusal);
  });

  it('is refused if runc would read something else than is checked', () => {
    expect(() => admitted('{"env":', state({ build: hash('own') }))).toThrow('JSON');
    expect(() => admitted({ env: [1, `${buildTokenVariable}=own`] }, state({ build: hash('own') }))).toThrow(
      refusal,
    );
  });

  it('runs while the gateway enforces no rules, and without a gateway', () => {
    const process = { args: ['sh'], env: ['PATH=/bin'] };
    expect(admitted(process, state(), 'root-without')).toBe(JSON.stringify(process));
    writeFileSync(path.join(directory, buildsUnenforcedName), '');
    expect(admitted(process, state())).toBe(JSON.stringify(process));
    expect(JSON.parse(admitted(marked('other'), state()))).toEqual(process);
  });
});

it("a process is in a build step by runc's root alone", () => {
  expect([
    isStep({ runcRoot }),
    isStep({ runcRoot: '/run/docker/runtime-runc/moby' }),
    isStep({ runcRoot: '/run/bulkhead/steps' }),
  ]).toEqual([true, false, false]);
});
