import { expect, it } from 'vitest';
import { ok } from '../shared/result.ts';
import { PendingReloads } from './pending-reloads.ts';

it('one reload resolves those that were requested before it began', async () => {
  const reloads = new PendingReloads();
  const before = [reloads.add(), reloads.add()];
  const resolve = reloads.take();
  const after = reloads.add();
  resolve(ok(undefined));
  expect(await Promise.all(before)).toEqual([ok(undefined), ok(undefined)]);
  expect(await Promise.race([after, Promise.resolve('waits')])).toBe('waits');
  reloads.close();
  expect([await after, await reloads.add()]).toEqual([
    expect.objectContaining({ ok: false }),
    expect.objectContaining({ ok: false }),
  ]);
});
