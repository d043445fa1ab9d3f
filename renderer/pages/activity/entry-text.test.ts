import type { TFunction } from 'i18next';
import { expect, it } from 'vitest';
import { entry } from '../../dev/activity-fixture.ts';
import { message, plainText, referenceTo, type Message } from '../../../shared/messages/message.ts';
import type { ActivityEntry } from '../../../shared/audit/activity.ts';
import { entrySubject } from '../../components/entry-subject.ts';
import { filters, matchesFilter, requestedBy } from './entry-text.ts';

it('lists requests of verifications under their own filter alone, so that no other counts them', () => {
  const probe = entry(1, { client: { uid: 0, pid: 9 }, image: 'bulkhead/probe:9f92c05dff94' });
  const under = (one: typeof probe) => filters.filter((filter) => matchesFilter(one, filter));
  expect(under(probe)).toEqual(['probes']);
  expect(under({ ...probe, outcome: 'rewrite' })).toEqual(['probes']);
  expect(under(entry(1))).toEqual(['all', 'denied']);
  expect(under(entry(1, { outcome: 'would-deny' }))).toEqual(['all', 'wouldDeny']);
  expect(under(entry(1, { outcome: 'rewrite' }))).toEqual(['all', 'changed']);
});

it('names the refused option or command by the data of the entry, whatever its English text is', () => {
  const subject = (what: string | Message, more: Partial<ActivityEntry> = {}) =>
    entrySubject({
      ...entry(1, { what: plainText(what), ...more }),
      subject: undefined,
      ...(typeof what === 'string' ? {} : { sentences: { what: referenceTo(what) } }),
    });
  expect(subject('--pid=host')).toBe('--pid=host');
  expect(subject('docker build --network=host')).toBe('docker build --network=host');
  expect(subject('--device-cgroup-rule "a *:* rwm"')).toBe('--device-cgroup-rule "a *:* rwm"');
  expect(subject(message('policy.build-with-host-network'))).toBe('--allow network.host');
  expect(subject(message('policy.privileged-build-step'))).toBe('--security=insecure');
  expect(subject(message('policy.the-bind', { text: '/a --pid=host' }))).toBeNull();
  const use = message('gateway.use-of-container', { command: 'docker exec', name: 'old-vpn' });
  for (const outcome of ['deny', 'allow'] as const) expect(subject(use, { outcome })).toBe('docker exec');
  // Of an earlier version, in English only: the entry's panel has its text.
  expect(subject("a build with the engine's network (--network=host, --allow network.host)")).toBeNull();
  expect(subject('HostConfig.Runtime', { outcome: 'rewrite' })).toBeNull();
});

it('names the user who created the container whose socket was used', () => {
  // Key and parameters are what is of interest.
  const t = ((key: string, params: object) => [key, params]) as unknown as TFunction;
  const origin = { kind: 'socket-mount', mount: 'm', container: 'ci', image: 'docker:cli' };
  const by = (more: Partial<ActivityEntry>) =>
    requestedBy(t, entry(1, { client: { uid: 1_000_065_536, pid: 9 }, ...more }));
  expect(by({ origin: { ...origin, createdBy: 1001 }, user: 'sam' })).toEqual([
    'activity.by.containerOf',
    { name: 'ci', user: 'sam' },
  ]);
  expect(by({ origin: { ...origin, createdBy: 1001 }, user: null })).toEqual([
    'activity.by.containerOf',
    { name: 'ci', user: '1001' },
  ]);
  expect(by({ origin, user: null })).toEqual(['activity.by.container', { name: 'ci' }]);
});
