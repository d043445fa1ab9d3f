import { expect, it } from 'vitest';
import type { ContainerFacts, EngineFacts } from '../engine-api/engine-facts.ts';
import type { Gatekeeper, GatewayRequest, Verdict } from '../http/exchange.ts';
import { parseTarget } from '../http/message/target.ts';
import { matchRoute } from '../routes/match.ts';
import { stoppedContainer } from './stopped-container-fixture.ts';
import { withTrueIds } from './true-ids.ts';

const engine: Partial<EngineFacts> = { container: () => Promise.resolve(stoppedContainer as ContainerFacts) };

/** Starts `docker diff` of a user; `verdict` is null until it is decided. */
function diff(decide: Gatekeeper, uid: number): { verdict: Verdict | null } {
  const target = parseTarget('/v1.45/containers/c/changes');
  if (!target.ok) throw new Error(target.why);
  const request = {
    head: { method: 'GET' },
    target: target.target,
    match: matchRoute('GET', target.target.path),
    origin: { kind: 'clients' },
    peer: () => ({ uid, gid: uid, pid: 1 }),
  } as unknown as GatewayRequest; // the other members are not read
  const started: { verdict: Verdict | null } = { verdict: null };
  void Promise.resolve(decide(request)).then((result) => {
    if (result.kind !== 'read-body') started.verdict = result;
  });
  return started;
}

it("a user's lists of changes are compared one after the other, and few of all users' at once", async () => {
  const decide = withTrueIds(() => ({ kind: 'forward' }), {
    engine: engine as EngineFacts,
    sharing: null,
    guard: null,
    recordDenial: () => '',
  });
  const [first, second, other, third] = [1, 1, 2, 3].map((uid) => diff(decide, uid));
  await expect.poll(() => other?.verdict?.kind).toBe('forward');
  expect([first?.verdict?.kind, second?.verdict, third?.verdict]).toEqual(['forward', null, null]);
  if (first?.verdict?.kind === 'forward') first.verdict.settled?.();
  await expect.poll(() => [second?.verdict?.kind, third?.verdict?.kind].filter(Boolean)).toHaveLength(1);
  if (other?.verdict?.kind === 'forward') other.verdict.settled?.();
  await expect.poll(() => [second?.verdict?.kind, third?.verdict?.kind]).toEqual(['forward', 'forward']);
});
