import { describe, expect, it } from 'vitest';
import { refusalMessage } from '../../shared/policy/decision.ts';
import {
  EngineUnreachable,
  type ContainerFacts,
  type EngineFacts,
  type MountFacts,
} from '../engine-api/engine-facts.ts';
import type { GatewayRequest, Verdict } from '../http/exchange.ts';
import { parseTarget } from '../http/message/target.ts';
import { matchRoute } from '../routes/match.ts';
import type { RootGuard } from './root-guard.ts';
import { stoppedContainer } from './stopped-container-fixture.ts';
import { translateCopy } from './translate-copy.ts';

/** What translateCopy reads of a request. */
function clientRequest(method: string, target: string, uid: number): GatewayRequest {
  const parsed = parseTarget(target);
  if (!parsed.ok) throw new Error(parsed.why);
  return {
    head: { method },
    target: parsed.target,
    match: matchRoute(method, parsed.target.path),
    origin: { kind: 'clients' },
    peer: () => ({ uid, gid: uid, pid: 1 }),
  } as unknown as GatewayRequest; // the other members are not read
}

/** The outcome of a copy into a container with that mount; `by`: the id of the user who copies. */
async function copyInto(
  mount: Partial<MountFacts>,
  { runtime = 'sysbox-runc', by = 1234 }: { readonly runtime?: string; readonly by?: number } = {},
): Promise<string> {
  const bind = { type: 'bind', name: '', source: '/dev/null', destination: '/x', readOnly: false, ...mount };
  const container = { id: 'a'.repeat(64), name: 'c', runtime, mounts: [bind] };
  const request = clientRequest('PUT', '/v1.45/containers/c/archive?path=/tmp', by);
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

describe('a copy from or to a stopped, isolated container', () => {
  /** Its verdict; the container `isUp` by the time its root directory is locked, or that fails. */
  const verdictOf = (kind: 'into' | 'out', isUp: boolean | null, lock: RootGuard['lock']) => {
    const engine: Partial<EngineFacts> = {
      container: () => Promise.resolve(stoppedContainer as ContainerFacts),
      isUp: () => Promise.resolve(isUp),
    };
    const guard: Partial<RootGuard> = { acquireCopyLock: () => Promise.resolve(() => undefined), lock };
    const request = clientRequest(
      kind === 'into' ? 'PUT' : 'GET',
      '/v1.45/containers/c/archive?path=/tmp',
      0,
    );
    const context = {
      engine: engine as EngineFacts,
      sharing: null,
      guard: guard as RootGuard,
      recordDenial: () => '',
    };
    return translateCopy(request, kind, { kind: 'forward' }, context).then((verdict) => {
      if (verdict.kind !== 'forward') throw new Error('the copy is not forwarded');
      return verdict;
    });
  };
  const changed = expect.objectContaining({
    message: expect.stringMatching(
      /container c was started or stopped just when it was to be copied.*try again/,
    ),
  }) as unknown;
  /** What becomes of the engine's response. */
  const responseTo = async ({ response }: Extract<Verdict, { kind: 'forward' }>, status: number) => {
    if (response === undefined || !('begin' in response)) throw new Error('the response is not streamed');
    const body = { kind: 'length', bytes: 0 } as const;
    return response.begin({ status, body, close: false, contentType: 'application/json', encoded: false });
  };
  const failed = (cause: Error) => () => Promise.reject(cause);
  const unlock = () => Promise.resolve();

  it.each([true, null])(
    'is refused with advice if it was started or removed meanwhile: up %s',
    async (up) => {
      await expect(verdictOf('out', up, failed(new Error('ENOENT')))).rejects.toEqual(changed);
      const verdict = await verdictOf('into', up, () => Promise.resolve(unlock));
      await expect(responseTo(verdict, 500)).rejects.toEqual(changed);
      expect(await responseTo(verdict, 404)).not.toBeNull();
    },
  );

  it('fails with the error of the gateway or the engine otherwise', async () => {
    const cause = new Error('EIO');
    await expect(verdictOf('out', false, failed(cause))).rejects.toBe(cause);
    const unreachable = new EngineUnreachable('no engine');
    await expect(verdictOf('out', true, failed(unreachable))).rejects.toBe(unreachable);
    const verdict = await verdictOf('into', false, () => Promise.resolve(unlock));
    expect(await responseTo(verdict, 500)).not.toBeNull();
  });
});
