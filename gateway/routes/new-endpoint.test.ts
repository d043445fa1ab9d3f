import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { ownerLabel } from '../../shared/policy/owner.ts';
import { defaultSettings, type EffectiveSettings } from '../../shared/settings/effective.ts';
import { fixedSocketMounts, socketMount } from '../../tests/support/socket-mounts.ts';
import type { Origin } from '../base/socket-mount.ts';
import { createGatekeeper } from '../enforce/decide.ts';
import type { ContainerFacts, EngineFacts } from '../engine-api/engine-facts.ts';
import type { RequestHead } from '../http/message/head-parser.ts';
import { parseTarget } from '../http/message/target.ts';
import { fixedSettings } from '../settings/fixed-settings.ts';
import { createRouter, matchRoute, type Router } from './match.ts';
import { routeOf, routes } from './table.ts';

/** An endpoint that a future engine might have: one row, and nothing else. Its commands are known ones. */
const route = routeOf([
  'POST',
  '/containers/{id}/defragment',
  'enter-container',
  'dropped',
  'container',
  'update | rename',
]);
const router = createRouter([...routes, route]);

const mount = socketMount('ci', '/s/ci', { container: { id: 'c'.repeat(64), name: 'ci' } });
const throughMount: Origin = { kind: 'socket-mount', id: mount.id };
const clients: Origin = { kind: 'clients' };

function containerFacts(name: string, labels: Readonly<Record<string, string>>): ContainerFacts {
  return {
    id: name.repeat(64).slice(0, 64),
    name,
    image: 'busybox',
    imageId: `sha256:${'0'.repeat(64)}`,
    runtime: 'bulkhead',
    user: '',
    running: false,
    terminal: false,
    pid: 0,
    created: '',
    startedAt: '',
    autoRemove: false,
    mounts: [],
    devices: [],
    bindsRequiringSource: [],
    layers: null,
    labels,
    networks: [],
  };
}
const containers = [
  containerFacts('a', { [ownerLabel]: mount.id }),
  containerFacts('b', {}),
  { ...containerFacts('d', {}), runtime: 'runc' },
];
// Only containers are looked up here.
const facts = {
  container: (name: string) => Promise.resolve(containers.find((one) => one.name === name) ?? null),
} as Partial<EngineFacts> as EngineFacts;

/** The verdict on `POST` to `path`, and what the audit log has of it. */
async function decide(
  path: string,
  origin: Origin,
  socket: Partial<EffectiveSettings['socket']>,
  by: Router,
) {
  const entries: AuditEntry[] = [];
  const settings: EffectiveSettings = {
    ...defaultSettings,
    eci: { ...defaultSettings.eci, value: true },
    socket: { ...defaultSettings.socket, ...socket },
  };
  const gatekeeper = createGatekeeper({
    settings: fixedSettings(settings),
    audit: {
      write: (entry) => {
        entries.push(entry);
      },
      dropped: 0,
      flush: () => Promise.resolve(),
    },
    facts,
    runtime: 'bulkhead',
    requireUserNamespace: false,
    engineDirectories: [],
    engineSockets: [],
    socketMounts: fixedSocketMounts([mount]),
  });
  const target = parseTarget(`/v1.45${path}`);
  if (!target.ok) throw new Error(target.why);
  const head: RequestHead = {
    method: 'POST',
    target: `/v1.45${path}`,
    host: 'd',
    fields: [],
    body: { kind: 'none' },
    contentType: '',
    close: false,
    expectContinue: false,
    upgrade: null,
  };
  const verdict = await gatekeeper({
    head,
    target: target.target,
    match: by('POST', target.target.path),
    peer: () => null,
    origin,
  });
  return { verdict, entries };
}
const allowAll = { commands: { type: 'deny', commands: [] }, perImage: [] } as const;

describe('an endpoint that is added as a row of the route table', () => {
  it('is unknown without the row: refused as by an engine without it, and in the audit log', async () => {
    expect(matchRoute('POST', '/containers/a/defragment')).toBeNull();
    const { verdict, entries } = await decide('/containers/a/defragment', clients, allowAll, matchRoute);
    expect(verdict).toEqual({ kind: 'refuse', status: 404, message: 'page not found' });
    expect(entries).toMatchObject([{ outcome: 'deny', rule: 'unknown-endpoint' }]);
  });

  it('is found by the router, of the group of its path', () => {
    expect(router('POST', '/containers/a/defragment')).toEqual({ route, subject: 'a' });
    expect(route).toMatchObject({
      group: 'container',
      commands: ['update'],
      alsoUsedBy: ['rename'],
      tunnel: null,
    });
  });

  it('is inspected according to its row, and forwarded with the id of what was inspected', async () => {
    const { verdict } = await decide('/containers/b/defragment', clients, allowAll, router);
    expect(verdict).toEqual({
      kind: 'forward',
      target: `/v1.45/containers/${'b'.repeat(64)}/defragment`,
    });
  });

  it('is refused on what the inspection refuses, and the audit log has it', async () => {
    const { verdict, entries } = await decide('/containers/d/defragment', clients, allowAll, router);
    expect(verdict).toMatchObject({ kind: 'refuse', status: 403 });
    expect(entries).toMatchObject([
      {
        outcome: 'deny',
        rule: 'container-unprotected',
        what: 'docker update on container d',
        method: 'POST',
        target: '/v1.45/containers/d/defragment',
      },
    ]);
  });

  it('shows a socket with the scope "own" only its own objects', async () => {
    const own = { ...allowAll, scope: 'own' } as const;
    expect(await decide('/containers/a/defragment', throughMount, own, router)).toEqual({
      verdict: { kind: 'forward', target: `/v1.45/containers/${'a'.repeat(64)}/defragment` },
      entries: [],
    });
    expect((await decide('/containers/b/defragment', throughMount, own, router)).verdict).toEqual({
      kind: 'refuse',
      status: 404,
      message: 'No such container: b',
    });
  });

  it('is denied by a command list that denies its command, and the audit log names the command', async () => {
    const denying = { commands: { type: 'deny', commands: ['update'] }, perImage: [] } as const;
    const { verdict, entries } = await decide('/containers/a/defragment', throughMount, denying, router);
    expect(verdict).toMatchObject({ kind: 'refuse', status: 403 });
    expect(entries).toMatchObject([
      { outcome: 'deny', what: expect.stringContaining('docker update'), method: 'POST' },
    ]);
  });
});
