import { expect, it } from 'vitest';
import { entry } from '../../dev/activity-fixture.ts';
import { entrySubject, filters, matchesFilter } from './entry-text.ts';

it('lists requests of verifications under their own filter alone, so that no other counts them', () => {
  const probe = entry(1, { client: { uid: 0, pid: 9 }, image: 'bulkhead/probe:9f92c05dff94' });
  const under = (one: typeof probe) => filters.filter((filter) => matchesFilter(one, filter));
  expect(under(probe)).toEqual(['probes']);
  expect(under({ ...probe, outcome: 'rewrite' })).toEqual(['probes']);
  expect(under(entry(1))).toEqual(['all', 'denied']);
  expect(under(entry(1, { outcome: 'would-deny' }))).toEqual(['all', 'wouldDeny']);
  expect(under(entry(1, { outcome: 'rewrite' }))).toEqual(['all', 'changed']);
});

it('names the refused flag without the punctuation around it', () => {
  const subject = (what: string) =>
    entrySubject({ ...entry(1, { outcome: 'deny', what }), subject: undefined });
  expect(subject('--pid=host')).toBe('--pid=host');
  expect(subject("a build with the engine's network (--network=host, --allow network.host)")).toBe(
    '--allow network.host',
  );
  expect(subject('--device /dev/sda, which is a disk')).toBe('--device /dev/sda');
  expect(subject('--label=a)b')).toBe('--label=a)b');
  expect(subject(`--log-driver ${'),'.repeat(100_000)}x`)).toHaveLength(200_014);
  expect(subject('mounting the Docker socket')).toBeNull();
  const use = (what: string) =>
    entrySubject({
      ...entry(1, { outcome: 'deny', rule: 'container-unprotected', what }),
      subject: undefined,
    });
  expect(use('docker exec on container old-vpn')).toBe('docker exec');
  expect(use('docker restart on container old-vpn')).toBe('docker restart');
});
