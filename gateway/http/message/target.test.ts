import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget, writeTarget } from './target.ts';

describe('request targets', () => {
  it.each([
    ['/v1.45/containers/json?all=1', '1.45', '/containers/json'],
    ['/_ping', null, '/_ping'],
    ['/v1.24/images/localhost:5000/a/b:tag/json', '1.24', '/images/localhost:5000/a/b:tag/json'],
    ['/networks/my%20net', null, '/networks/my net'],
    ['/v1.45', null, '/v1.45'],
    ['/images/get?names=a&names=b', null, '/images/get'],
    ['/containers/create?Cmd=a&Cmd=b', null, '/containers/create'],
  ])('reads %s', (text, version, path) => {
    expect(parseTarget(text)).toMatchObject({ ok: true, target: { version, path } });
  });

  it.each([
    '//_ping',
    '/v1.45//x',
    '/./x',
    '/x/..',
    '/x/../y',
    '/..',
    '/%5fping',
    '/%5Fping',
    '/a%2Fb',
    '/a%2fb',
    '/a%00',
    '/a%0a',
    '/a%',
    '/a%2',
    '/a%zz',
    '/a%25b',
    '/a%2e%2e/b',
    '/a\\b',
    '/a%5Cb',
    '/a%c3%28',
    '/a#b',
    '/a"b',
    '/a{b}',
    '/x?a%6cl=1',
    '/x?all=%zz',
    '/x?all=%',
    '/x?a=1;b=2',
    '/x?a=1&;',
    '/x?a;b',
    '/x?a;=1',
    '/x?=1',
    '/x?a b=1',
    '/x?a=%ff',
  ])('refuses %s', (text) => {
    expect(parseTarget(text).ok).toBe(false);
  });

  it('keeps the first value of a parameter, as Go does, and all of those that are lists', () => {
    const read = (text: string) => {
      const result = parseTarget(text);
      return result.ok ? result.target.rawQuery : result.why;
    };
    expect(read('/x?all=1&size=1&all=0&All=2')).toBe('?all=1&size=1&All=2');
    expect(read('/build?dockerfile=a&t=x&dockerfile=&t=y')).toBe('?dockerfile=a&t=x&t=y');
    expect(parseTarget('/x?all=1&all=0')).toMatchObject({
      ok: true,
      target: { query: [{ key: 'all', value: '1' }] },
    });
    expect(parseTarget('/x?all=1&all=%zz').ok).toBe(false);
  });

  it('leaves out empty parameters, as Go does', () => {
    const read = (text: string) => {
      const result = parseTarget(text);
      return result.ok ? [result.target.query, result.target.rawQuery] : result.why;
    };
    const all = [{ key: 'all', value: '1' }];
    for (const text of ['/x?all=1&', '/x?&all=1', '/x?&&all=1&&'])
      expect(read(text), text).toEqual([all, '?all=1']);
    expect(read('/x?all=1&&size')).toEqual([[...all, { key: 'size', value: '' }], '?all=1&size']);
    for (const text of ['/x?&', '/x?&&']) expect(read(text), text).toEqual([[], '']);
  });

  it('says what is wrong with a query as Go does', () => {
    const why = (text: string) => {
      const result = parseTarget(text);
      return result.ok ? '' : result.why;
    };
    expect(why('/x?a=1;b=2')).toBe('invalid semicolon separator in query');
    expect(why('/x?;')).toBe('invalid semicolon separator in query');
    expect(why('/x?a=%zz&b=1')).toBe('invalid URL escape "%zz"');
    expect(why('/x?a=1%2')).toBe('invalid URL escape "%2"');
    expect(why('/x?a=%')).toBe('invalid URL escape "%"');
  });

  it('treats other versions as part of the path, where no route matches', () => {
    for (const text of [
      '/v1.045/_ping',
      '/v01.45/_ping',
      '/v1..45/_ping',
      '/v2/_ping',
      '/V1.45/_ping',
      '/v1.45.1/_ping',
      '/v1.4/_ping',
    ]) {
      expect(parseTarget(text)).toMatchObject({ ok: true, target: { version: null } });
    }
  });

  it('round-trips', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_:@ +é-]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string()),
        (segments, parameters) => {
          const path = `/${segments.join('/')}`;
          const query = Object.entries(parameters)
            .filter(([, value]) => !/\p{Surrogate}/u.test(value))
            .map(([key, value]) => ({ key, value }));
          expect(parseTarget(writeTarget('1.45', path, query))).toMatchObject({
            ok: true,
            target: { version: '1.45', path, query },
          });
        },
      ),
    );
  });
});
