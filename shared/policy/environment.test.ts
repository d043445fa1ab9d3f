import { describe, expect, it } from 'vitest';
import {
  hiddenValueDenial,
  hidesEnvironment,
  linkDenial,
  topDenial,
  withoutEnvironment,
} from './environment.ts';
import { parseJson } from './json-parser.ts';
import { writeJson } from './json.ts';

const read = (text: string) => {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.value;
};

describe('hidden environment variables', () => {
  it('are hidden from the clients named by the settings', () => {
    const hidden = (hideEnvironment: 'never' | 'socket-mounts' | 'always') => [
      hidesEnvironment({ hideEnvironment }, false),
      hidesEnvironment({ hideEnvironment }, true),
    ];
    expect([hidden('never'), hidden('socket-mounts'), hidden('always')]).toEqual([
      [false, false],
      [false, true],
      [true, true],
    ]);
  });

  it('lose their values; every other byte stays, including large numbers', () => {
    expect(
      writeJson(
        withoutEnvironment(
          read('{"Id":"a","Config":{"Env":["A=1=2","B="," C","=x"],"Cmd":["A=1"]},"N":9007199254740993}'),
        ),
      ),
    ).toBe(
      '{"Id":"a","Config":{"Env":["A=(hidden by Bulkhead)","B=(hidden by Bulkhead)"," C=(hidden by ' +
        'Bulkhead)","=(hidden by Bulkhead)"],"Cmd":["A=1"]},"N":9007199254740993}',
    );
    for (const text of ['[]', '{}', '{"Config":null}', '{"Config":{"Env":null}}'])
      expect(writeJson(withoutEnvironment(read(text)))).toBe(text);
  });

  it('are not used as values again', () => {
    const body = (env: string) => {
      const value = read(JSON.stringify({ Env: [env] }));
      return value instanceof Map ? hiddenValueDenial(value) : null;
    };
    expect(body('A=(hidden by Bulkhead)')).toMatchObject({
      rule: 'environment-hidden',
      setting: '/bulkhead/hideEnvironment',
    });
    expect(body('A=b')).toBeNull();
  });

  it('are not revealed to a linked container', () => {
    const body = (text: string) => {
      const value = read(text);
      return value instanceof Map ? linkDenial(value) : null;
    };
    expect(body('{"HostConfig":{"Links":["db:x"]}}')).toMatchObject({
      rule: 'environment-hidden',
      setting: '/bulkhead/hideEnvironment',
    });
    for (const text of [
      '{}',
      '{"HostConfig":{"Links":null}}',
      '{"HostConfig":{"Links":[]}}',
      '{"HostConfig":{"NetworkMode":"n","Links":["db:x"]}}',
      '{"NetworkingConfig":{"EndpointsConfig":{"n":{"Links":["db:x"]}}}}',
    ])
      expect(body(text)).toBeNull();
  });

  it.each([
    'e',
    'ae',
    'auxe',
    '-auxe',
    'axe',
    '-axe',
    'eww',
    '-o args e',
    '-o args=e,x e',
    '-eo',
    '--format x',
    '-E',
    'aux -o pid,E',
    '-ax -e',
    '-aux -ef',
    '-ax -eo pid,args',
    '-e -ax',
  ])('are not shown by ps %s', (options) => {
    expect(topDenial(options) === null).toBe(options === '-eo');
  });
  it.each(['', '-ef', 'aux', '-aux', '-ax', '-eo pid,comm', '-o pid=,args', '-e -o pid'])(
    'ps %s shows none',
    (options) => {
      expect(topDenial(options)).toBeNull();
    },
  );
});
