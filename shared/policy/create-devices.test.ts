import { describe, expect, it } from 'vitest';
import { message } from '../messages/message.ts';
import { requestedDenial, type DeviceEntry, type DeviceNodeFacts } from './create-devices.ts';
import { refusalText } from './decision.ts';

const entry = (more: Partial<DeviceEntry> = {}): DeviceEntry => ({
  access: 'rwm',
  exact: true,
  obstacle: null,
  ...more,
});
const node = (more: Partial<DeviceNodeFacts> = {}): DeviceNodeFacts => ({
  path: '/dev/x',
  type: 'c',
  major: 10,
  minor: 1,
  inUse: false,
  entries: [entry()],
  ...more,
});
function refusal(access: string, ...nodes: DeviceNodeFacts[]): string {
  const denial = requestedDenial({ path: '/dev/x', access }, { nodes });
  return denial === null ? '' : refusalText(denial);
}

describe('A5: a requested device', () => {
  it('is allowed if an entry covers the whole requested access', () => {
    expect(refusal('rwm', node())).toBe('');
    expect(refusal('rm', node({ entries: [entry({ access: 'r' })] }))).toBe('');
    expect(refusal('rw', node({ entries: [entry({ access: 'r' }), entry({ access: 'rw' })] }))).toBe('');
    expect(refusal('rwm', node({ entries: [entry({ access: 'r' })] }))).toContain(
      'the settings allow r: --device /dev/x:/dev/x:r',
    );
    expect(refusal('rx', node())).toContain('is blocked');
  });

  it('is refused if one of its files is, or if there is none', () => {
    expect(refusal('r')).toContain('bulkhead.devices');
    expect(refusal('r', node(), node({ path: '/dev/y', entries: [] }))).toContain('it leads to /dev/y');
    expect(requestedDenial({ path: '/dev/x', access: 'r' }, undefined)).toMatchObject({
      rule: 'host-device',
    });
  });

  it("gets the engine's error if it is absent, and is not forwarded", () => {
    const denied = (path: string) => requestedDenial({ path, access: 'rwm' }, { nodes: [], isAbsent: true });
    expect(denied('/dev/x"')).toMatchObject({
      rule: 'host-device',
      engineError: {
        status: 500,
        message:
          'error gathering device information while adding custom device "/dev/x\\"": ' +
          'no such file or directory',
      },
    });
    expect(denied('/dev/\u00e9')).not.toHaveProperty('engineError');
  });

  it('is refused with the reason why the entry does not apply', () => {
    const obstacle = message('policy.device-entry-other-users', { device: '/dev/*' });
    expect(refusal('r', node({ entries: [entry({ obstacle })] }))).toContain(
      'the entry /dev/* is for other users',
    );
    expect(refusal('r', node({ entries: [entry({ obstacle }), entry()] }))).toBe('');
  });

  it('needs its exact path while its content is in use', () => {
    const disk = { type: 'b', inUse: true } as const;
    expect(refusal('r', node({ ...disk, entries: [entry({ exact: false })] }))).toContain(
      'exactly this path',
    );
    expect(refusal('r', node(disk))).toBe('');
  });

  it('is never memory of the kernel', () => {
    for (const minor of [1, 2, 4])
      expect(refusal('r', node({ major: 1, minor }))).toContain('no setting allows it');
  });
});
