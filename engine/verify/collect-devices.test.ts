import { expect, it } from 'vitest';
import { judgeDevices } from './collect-devices.ts';
import type { ProbeFacts } from './probe-container.ts';

const device = { path: '/dev/x', access: 'rw', number: 'b7:3' };
const good = { open: 'ok', make: 'EPERM', found: ['c1:3', 'c5:2', 'c136:0', 'b7:3'] };
const refused = {
  request: '--device /dev/kmsg',
  answer: { value: { status: 403, message: 'enhanced container isolation: no' } },
};
const judge = (devices: ProbeFacts['devices'], refusal: typeof refused | null = refused) =>
  judgeDevices(
    device,
    {
      value: {
        id: 'c',
        facts: {
          uid: 0,
          uidMap: '',
          gidMap: '',
          namespaces: {},
          ...(devices === undefined ? {} : { devices }),
        },
        runtime: 'bulkhead',
        usernsMode: '',
        outsideMap: null,
      },
    },
    refusal,
  );

it('A5: the listed device must exist and open, no other may exist, and none can be created', () => {
  expect(judge(good)).toMatchObject({
    verdict: 'pass',
    evidence:
      '/dev/x (b7:3): ok; making another: EPERM; --device /dev/kmsg: 403 enhanced container isolation: no',
  });
  // Its driver responds.
  expect(judge({ ...good, open: 'EBUSY' }, null).verdict).toBe('pass');
  expect(judge({ ...good, open: 'EPERM' }).verdict).toBe('fail');
  expect(judge({ ...good, make: 'ok' }).verdict).toBe('fail');
  expect(judge({ ...good, found: ['c1:3'] }).verdict).toBe('fail');
  expect(judge({ ...good, found: [...good.found, 'c1:11'] })).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringContaining('also there: c1:11') as string,
  });
  expect(judge(undefined).verdict).toBe('fail');
});
