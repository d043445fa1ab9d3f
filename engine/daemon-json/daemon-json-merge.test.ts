import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planEngineConfig, type RecordedConfig } from './daemon-json-merge.ts';
import { on, off } from './daemon-json-fixture.ts';
import { enablesNri } from './nri-options.ts';

function plan(text: string | null, desired: typeof on, record: RecordedConfig | null = null) {
  const result = planEngineConfig(text, desired, record);
  if (!result.ok) throw new Error(`${result.error.message}: ${result.error.reason ?? ''}`);
  return result.value;
}
const parsed = (text: string | null): unknown => JSON.parse((text ?? '').replace(/^\uFEFF/, ''));

describe('daemon.json under ECI', () => {
  it('gets the isolation runtime as default (A6)', () => {
    const p = plan('{\n  "debug": true\n}\n', on);
    expect(parsed(p.text)).toEqual({
      debug: true,
      'default-runtime': 'bulkhead',
    });
    expect(p.changes.map((c) => [c.pointer, c.kind])).toEqual([['/default-runtime', 'set']]);
    expect(p.text?.startsWith('{\n  "debug": true')).toBe(true);
  });

  it('is created if missing, and removed afterwards', () => {
    const p = plan(null, on);
    expect(parsed(p.text)).toMatchObject({ 'default-runtime': 'bulkhead' });
    const back = plan(p.text, off, p.record);
    expect(back).toMatchObject({ text: null, record: null });
    expect(back.changes.map((c) => c.kind)).toEqual(['removed']);
  });

  it("an admin's default-runtime is shown as changed, and restored", () => {
    const text = '{"default-runtime": "runc", "runtimes": {"kata": {"path": "/k"}}}';
    const p = plan(text, on);
    expect(p.changes[0]).toEqual({
      pointer: '/default-runtime',
      kind: 'set',
      before: 'runc',
      after: 'bulkhead',
    });
    const back = plan(p.text, off, p.record);
    expect(back.text).toBe(text);
    expect(back.changes[0]).toEqual({
      pointer: '/default-runtime',
      kind: 'restored',
      before: 'bulkhead',
      after: 'runc',
    });
  });

  it("keeps features, NRI's options and CDI's directories, on and off", () => {
    const text =
      '{\n  "features": {"cdi": false, "time-namespaces": false, "containerd-snapshotter": true},\n' +
      '  "nri-opts": {"enable": true, "socket-path": "/run/docker/nri.sock"},\n' +
      '  "cdi-spec-dirs": ["/etc/cdi"]\n}\n';
    const p = plan(text, on);
    expect(parsed(p.text)).toEqual({ ...(parsed(text) as object), 'default-runtime': 'bulkhead' });
    expect(plan(p.text, off, p.record).text).toBe(text);
    expect([text, p.text, '{"nri-opts": {"enable": false}}', '{}', null].map(enablesNri)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('edited by an administrator meanwhile: only our keys are removed, the edit stays', () => {
    const p = plan('{\n  "default-runtime": "runc"\n}', on);
    const edited = (p.text ?? '').replace('{', '{\n  "debug": true,');
    expect(parsed(plan(edited, off, p.record).text)).toEqual({ 'default-runtime': 'runc', debug: true });
  });

  it('a key that the administrator changed meanwhile is kept when ECI is turned off', () => {
    const p = plan(null, on);
    const edited = (p.text ?? '').replace('"bulkhead"', '"kata"');
    expect(parsed(plan(edited, off, p.record).text)).toEqual({ 'default-runtime': 'kata' });
  });

  it('turned on again after an edit, the edit stays byte for byte, and turning off still restores it', () => {
    const p = plan('{"debug":true}', on);
    const edited = (p.text ?? '').replace('true', 'false');
    expect(edited).not.toBe(p.text);
    const again = plan(edited, on, p.record);
    expect(again.text).toBe(edited);
    expect(again.changes).toEqual([]);
    expect(parsed(plan(again.text, off, again.record).text)).toEqual({ debug: false });
  });

  it('a key that an administrator removed meanwhile is set again while ECI is on', () => {
    const p = plan('{"debug":true}', on);
    const again = plan('{"debug":true}', on, p.record);
    expect(again.text).toBe(p.text);
    expect(again.record).toEqual(p.record);
  });

  it('keys of an earlier version are removed again, and the rest stays', () => {
    const merged =
      '{"debug": true, "default-runtime": "bulkhead", "builder": {"entitlements": {"a": false}}}';
    const record: RecordedConfig = {
      version: 1,
      original: '{"debug": true}',
      merged,
      keys: [
        { path: ['default-runtime'], had: false, ours: 'bulkhead' },
        { path: ['builder', 'entitlements', 'a'], had: false, ours: false },
      ],
      created: [
        { path: ['builder'], wasNull: false },
        { path: ['builder', 'entitlements'], wasNull: false },
      ],
    };
    const p = plan(merged, on, record);
    expect(parsed(p.text)).toEqual({ debug: true, 'default-runtime': 'bulkhead' });
    expect(p.changes.map((c) => [c.pointer, c.kind])).toEqual([['/builder/entitlements/a', 'removed']]);
    expect(plan(p.text, off, p.record).text).toBe('{"debug": true}');
  });

  it.each([
    ['hosts', '["tcp://0.0.0.0:2375"]'],
    ['data-root', '"/x"'],
    ['exec-root', '"/x"'],
    ['bridge', '"none"'],
    ['bip', '"10.1.0.1/24"'],
    ['pidfile', '"/x"'],
    ['group', '"docker"'],
    ['default-address-pools', '[]'],
    ['containerd', '"/x"'],
    ['firewall-backend', '"nftables"'],
  ])('%s is a conflict with ECI on and off, and nothing is changed', (key, value) => {
    for (const desired of [on, off]) {
      const text = `{"${key}": ${value}}`;
      const p = plan(text, desired);
      expect(p.conflicts.map((c) => c.pointer)).toEqual([`/${key}`]);
      expect(p.changes).toEqual([expect.objectContaining({ pointer: `/${key}`, kind: 'conflict' })]);
      expect(p.text).toBe(text);
    }
  });

  it('the firewall by iptables is none', () => {
    expect(plan('{"firewall-backend": "iptables"}', on).conflicts).toEqual([]);
  });

  it('user namespaces of the engine itself are a conflict under ECI only', () => {
    const text = '{"userns-remap": "default"}';
    expect(plan(text, on).conflicts.map((c) => c.pointer)).toEqual(['/userns-remap']);
    expect(plan(text, off).conflicts).toEqual([]);
  });

  it("another program under the isolation runtime's name is a conflict; ours is not", () => {
    expect(plan('{"runtimes": {"bulkhead": {"path": "/usr/bin/runc"}}}', off).conflicts).toHaveLength(1);
    expect(
      plan('{"runtimes": {"bulkhead": {"path": "/r/runtime/bulkhead-runc", "runtimeArgs": ["--debug"]}}}', on)
        .conflicts,
    ).toHaveLength(1);
    expect(plan('{"runtimes": {"bulkhead": {"path": "/r/runtime/bulkhead-runc"}}}', on).conflicts).toEqual(
      [],
    );
  });

  it.each([
    ['{\n  "debug": true,\n}', 3],
    ['{"a": 1} {}', 1],
    ['// c\n{}', 1],
    ['[]', 1],
    ['{"debug": true', 1],
    ['nonsense', 1],
    ['{"default-runtime": "a",\n "default-runtime": "b"}', 2],
    ['{"a":"\t"}', 1],
  ])('%j is refused with its line', (text, line) => {
    const result = planEngineConfig(text, on, null);
    expect(result).toMatchObject({ ok: false, error: { code: 'daemon-json.invalid', params: { line } } });
  });

  const json = fc.dictionary(
    fc.oneof(
      fc.constantFrom('default-runtime', 'builder', 'debug', 'labels', '__proto__', 'a/b~c'),
      fc.string(),
    ),
    fc.oneof(
      fc.jsonValue(),
      fc.constant({ entitlements: { 'network-host': true } }),
      fc.constant({ gc: { enabled: true } }),
    ),
  );
  const text = fc
    .tuple(json, fc.constantFrom('', '  ', '\t'), fc.constantFrom('', '\n', '\r\n'), fc.boolean())
    .map(([value, indent, end, bom]) => `${bom ? '\uFEFF' : ''}${JSON.stringify(value, null, indent)}${end}`);

  it('on then off gives the same bytes, whatever was in the file', () => {
    fc.assert(
      fc.property(fc.option(fc.oneof(text, fc.constantFrom('', ' \n', '{}'))), (original) => {
        const first = plan(original, on);
        if (first.conflicts.length > 0) {
          expect(first.text).toBe(original);
          return;
        }
        expect(parsed(first.text)).toMatchObject({ 'default-runtime': 'bulkhead' });
        const second = plan(first.text, on, first.record);
        expect(second).toMatchObject({ text: first.text, changes: [] });
        const back = plan(second.text, off, second.record);
        expect(back.text).toBe(original);
        expect(back.record).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('on, any unrelated edit, off: the edited document without our keys', () => {
    fc.assert(
      fc.property(json, fc.jsonValue(), (value, edit) => {
        const first = plan(JSON.stringify(value, null, 2), on);
        if (first.conflicts.length > 0) return;
        // parsed is an object: the plan made it one
        const edited = JSON.stringify({ ...(parsed(first.text) as object), edited: edit }, null, 3);
        const expected: unknown = JSON.parse(JSON.stringify({ ...value, edited: edit }));
        expect(parsed(plan(edited, off, first.record).text)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the machine's daemon.json", () => {
  const machine = { ...on, configFile: 'machine' as const };
  const plan = (text: string | null, desired: typeof machine | null, record: RecordedConfig | null) => {
    const planned = planEngineConfig(text, desired, record);
    if (!planned.ok) throw new Error(planned.error.message);
    return planned.value;
  };

  it('always registers the runtime and names the default one, which a reload would keep', () => {
    const original = '{\n  "data-root": "/srv/docker",\n  "live-restore": true\n}\n';
    const off = plan(original, { ...machine, eci: false }, null);
    expect(off.conflicts).toEqual([]);
    expect(JSON.parse(off.text ?? '')).toEqual({
      'data-root': '/srv/docker',
      'live-restore': true,
      runtimes: { bulkhead: { path: on.runtimePath } },
      'default-runtime': 'runc',
    });
    const turnedOn = plan(off.text, machine, off.record);
    expect(turnedOn.changes).toEqual([
      { pointer: '/default-runtime', kind: 'set', before: 'runc', after: 'bulkhead' },
    ]);
    expect(plan(turnedOn.text, null, turnedOn.record).text).toBe(original);
  });

  it("keeps the administrator's default runtime while ECI is off", () => {
    const original = '{"default-runtime": "nvidia", "runtimes": {"nvidia": {"path": "nvidia-runtime"}}}';
    const off = plan(original, { ...machine, eci: false }, null);
    expect(JSON.parse(off.text ?? '')).toMatchObject({ 'default-runtime': 'nvidia' });
    const turnedOn = plan(off.text, machine, off.record);
    expect(JSON.parse(turnedOn.text ?? '')).toMatchObject({ 'default-runtime': 'bulkhead' });
    expect(plan(turnedOn.text, null, turnedOn.record).text).toBe(original);
  });

  it('is restored without our keys if somebody else changed it meanwhile', () => {
    const turnedOn = plan('{"debug": false}', machine, null);
    const edited = (turnedOn.text ?? '').replace('"debug": false', '"debug": true');
    expect(JSON.parse(plan(edited, null, turnedOn.record).text ?? '')).toEqual({ debug: true });
  });

  it('refuses other addresses, which bypass the gateway (CVE-2025-9074)', () => {
    const refused = plan('{"hosts": ["tcp://0.0.0.0:2375"]}', machine, null);
    expect(refused.conflicts.map(({ pointer }) => pointer)).toEqual(['/hosts']);
  });
});
