import { describe, expect, it } from 'vitest';
import { isObject, writeJson } from '../../shared/policy/json.ts';
import { parseJson } from '../../shared/policy/json-parser.ts';
import { withPlainRuntime } from './audit-mode.ts';

function added(text: string): string | null {
  const parsed = parseJson(text);
  if (!parsed.ok || !isObject(parsed.value)) throw new Error('not an object');
  const body = withPlainRuntime(parsed.value);
  return body === null ? null : writeJson(body);
}

describe('audit mode: a create that would be refused gets the plain runtime', () => {
  it('where the request names none', () => {
    expect(added('{"Image":"a","HostConfig":{"PidMode":"host"}}')).toBe(
      '{"Image":"a","HostConfig":{"PidMode":"host","Runtime":"runc"}}',
    );
    expect(added('{"HostConfig":{"Runtime":"","Memory":9007199254740993}}')).toBe(
      '{"HostConfig":{"Runtime":"runc","Memory":9007199254740993}}',
    );
    expect(added('{"Image":"a"}')).toBe('{"Image":"a","HostConfig":{"Runtime":"runc"}}');
    expect(added('{"Image":"a","HostConfig":null}')).toBe('{"Image":"a","HostConfig":{"Runtime":"runc"}}');
    expect(added('{"NotKnown":1,"HostConfig":{}}')).toBe('{"NotKnown":1,"HostConfig":{"Runtime":"runc"}}');
  });
  it('is unchanged where it names one, or spells the fields differently', () => {
    for (const text of [
      '{"HostConfig":{"Runtime":"nvidia"}}',
      '{"HostConfig":{"runtime":"nvidia"}}',
      '{"hostconfig":{}}',
      '{"Image":"a","PidMode":"host"}',
      '{"HostConfig":[]}',
    ])
      expect(added(text), text).toBeNull();
  });
});
