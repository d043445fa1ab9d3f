import { describe, expect, it } from 'vitest';
import { refusalMessage } from '../../shared/policy/decision.ts';
import type { ContainerFacts, EngineFacts, MountFacts } from '../engine-api/engine-facts.ts';
import type { GatewayRequest } from '../http/exchange.ts';
import { parseTarget } from '../http/message/target.ts';
import { matchRoute } from '../routes/match.ts';
import { translateCopy } from './translate-copy.ts';

/** The outcome of a copy into a container with that mount; `by`: the id of the user who copies. */
async function copyInto(
  mount: Partial<MountFacts>,
  { runtime = 'sysbox-runc', by = 1234 }: { readonly runtime?: string; readonly by?: number } = {},
): Promise<string> {
  const bind = { type: 'bind', name: '', source: '/dev/null', destination: '/x', readOnly: false, ...mount };
  const container = { id: 'a'.repeat(64), name: 'c', runtime, mounts: [bind] };
  const parsed = parseTarget('/v1.45/containers/c/archive?path=/tmp');
  if (!parsed.ok) throw new Error(parsed.why);
  const request = {
    head: { method: 'PUT' },
    target: parsed.target,
    match: matchRoute('PUT', parsed.target.path),
    origin: { kind: 'clients' },
    peer: () => ({ uid: by, gid: by, pid: 1 }),
  } as unknown as GatewayRequest; // what is looked at
  const context = {
    engine: {
      container: () => Promise.resolve(container as Partial<ContainerFacts> as ContainerFacts),
    } as Partial<EngineFacts> as EngineFacts,
    sharing: null,
    guard: null,
    recordDenial: (_request: unknown, denial: Parameters<typeof refusalMessage>[0]) =>
      refusalMessage(denial).text,
  };
  return translateCopy(request, 'into', { kind: 'forward' }, context).then(
    ({ kind }) => kind,
    (error: unknown) => String(error),
  );
}

describe("A8: a copy into a container with the machine's file of a default device, with Sysbox", () => {
  it.each(['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom'])(
    'is for root only if that is writable for the engine: %s',
    async (source) => {
      expect(await copyInto({ source })).toContain(
        `docker cp into container c, which has the host's ${source} mounted without read-only (:ro)`,
      );
      expect(await copyInto({ source }, { by: 0 })).toBe('forward');
      expect(await copyInto({ source, readOnly: true })).toBe('forward');
    },
  );

  it('is forwarded with other mounts, and with runtimes that isolate nothing', async () => {
    expect(await copyInto({ source: '/srv/null' })).toBe('forward');
    expect(await copyInto({ type: 'volume' })).toBe('forward');
    expect(await copyInto({}, { runtime: 'runc' })).toBe('forward');
  });
});
