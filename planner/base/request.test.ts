import { describe, expect, it } from 'vitest';
import { isContainerId, isOneWay, parseRequest, requestLength, requestLimit } from './request.ts';

const bytes = (...fields: string[]) => Buffer.from(fields.map((field) => `${field}\0`).join(''));
const good = ['bulkhead-request-2', 'create', 'abc', '/run/b/abc', '/run/runc', '42', 'end'];

describe('parseRequest', () => {
  it("parses the runtime's arguments", () => {
    expect(parseRequest(bytes(...good))).toEqual({
      verb: 'create',
      id: 'abc',
      bundle: '/run/b/abc',
      runcRoot: '/run/runc',
      pid: 42,
    });
    expect(parseRequest(bytes(...good.with(1, 'exec')))).toMatchObject({
      verb: 'exec',
      bundle: '/run/b/abc',
    });
    expect(
      parseRequest(bytes('bulkhead-request-2', 'delete', 'abc', '', '/run/runc', '42', 'end'))?.verb,
    ).toBe('delete');
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['cut off', bytes(...good).subarray(0, -1)],
    ['another version', bytes('bulkhead-request-1', ...good.slice(1))],
    ['an unknown verb', bytes(...good.with(1, 'remove'))],
    ['an id that is a path', bytes(...good.with(2, '../x'))],
    ['an id that is a directory', bytes(...good.with(2, '..'))],
    ['an empty id', bytes(...good.with(2, ''))],
    ['a relative bundle', bytes(...good.with(3, 'x'))],
    ['a bundle with dots', bytes(...good.with(3, '/run/../etc'))],
    ['no bundle', bytes(...good.with(3, ''))],
    ['no process to run', bytes(...good.with(1, 'exec').with(3, ''))],
    ['a relative runc root', bytes(...good.with(4, 'runc'))],
    ['a pid that is no number', bytes(...good.with(5, '1e3'))],
    ['pid 0', bytes(...good.with(5, '0'))],
    ['a field too many', bytes(...good, 'end')],
    ['too long', bytes(...good.with(3, `/${'x'.repeat(requestLimit)}`))],
  ])('refuses a request that is or has %s', (_, input) => {
    expect(parseRequest(input)).toBeNull();
  });
});

it('recognizes a complete request without the runtime closing its side, and where the next begins', () => {
  const one = bytes(...good);
  expect(requestLength(one)).toBe(one.length);
  expect(requestLength(Buffer.concat([one, one.subarray(0, 9)]))).toBe(one.length);
  for (let length = 0; length < one.length; length++)
    expect(requestLength(one.subarray(0, length))).toBeNull();
});

it('responds if the runtime waits for a reply', () => {
  const oneWay = ['create', 'deleting', 'deleting-by-force', 'delete', 'release'].filter((verb) => {
    const request = parseRequest(bytes(...good.with(1, verb).with(3, verb === 'create' ? '/b' : '')));
    return request !== null && isOneWay(request);
  });
  expect(oneWay).toEqual(['deleting', 'deleting-by-force', 'release']);
});

it("accepts runc's ids and nothing that is not a file name", () => {
  for (const id of ['a', '0123456789abcdef', 'a_b.c+d-e']) expect(isContainerId(id)).toBe(true);
  for (const id of ['', '.', '..', 'a/b', 'a b', 'a\n', 'é', 'x'.repeat(129)])
    expect(isContainerId(id)).toBe(false);
});
