import { expect, it } from 'vitest';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { execCreate } from './inspect-containers.ts';
import type { InspectionContext, InspectionResult } from './inspection-context.ts';

/** What `docker exec --user` gets in a container with this runtime. */
function execAs(
  user: string,
  {
    runtime,
    existingContainers,
  }: { readonly runtime: string; readonly existingContainers: 'block' | 'warn' },
): Promise<InspectionResult> {
  const container = { id: 'a'.repeat(64), name: 'web', image: 'nginx', runtime, running: false };
  // The members that are read.
  const context = {
    runtime: 'bulkhead',
    requireUserNamespace: true,
    settings: { ...defaultSettings, existingContainers },
    facts: { container: () => Promise.resolve(container) },
    runsInFlight: { includes: () => false },
    auditedCreates: { includes: () => false },
    client: null,
    request: {
      head: { contentType: 'application/json' },
      match: {
        subject: 'web',
        route: { pattern: '/containers/{id}/exec', commands: ['exec'] },
      },
      target: { version: '1.51', rawQuery: '' },
    },
  } as unknown as InspectionContext;
  return execCreate(context, Buffer.from(JSON.stringify({ User: user, Cmd: ['id'] })));
}

const protectedContainer = { runtime: 'bulkhead', existingContainers: 'block' } as const;

it('A3 refuses an exec in a protected container as a user that it does not have, with its name', async () => {
  expect(await execAs('70000', protectedContainer)).toMatchObject({
    kind: 'denied',
    denial: { rule: 'id-out-of-range' },
    container: 'web',
    image: 'nginx',
  });
  expect(await execAs('65535', protectedContainer)).toMatchObject({ kind: 'passed' });
});

it('A3 passes it where an unprotected container may be entered: that has all ids', async () => {
  const entered = await execAs('70000', { runtime: 'runc', existingContainers: 'warn' });
  expect(entered).toMatchObject({ kind: 'passed', warning: { rule: 'container-unprotected' } });
});

it('names as the reason that the container is unprotected, where it may not be entered', async () => {
  const refused = await execAs('70000', { runtime: 'runc', existingContainers: 'block' });
  expect(refused).toMatchObject({ kind: 'denied', denial: { rule: 'container-unprotected' } });
});
