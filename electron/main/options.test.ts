import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

const parse = (argv: string[], env: Record<string, string> = {}) =>
  parseOptions(['electron', '.', ...argv], env, '/cwd');

const root = (dir: string) => ({ kind: 'embedded', root: dir });

describe('arguments of the app', () => {
  it('takes --root in both spellings, then BULKHEAD_ROOT', () => {
    expect(parse(['--root', '/a']).target).toEqual(root('/a'));
    expect(parse(['--no-sandbox', '--root=/a b'], { BULKHEAD_ROOT: '/env' }).target).toEqual(root('/a b'));
    expect(parse([], { BULKHEAD_ROOT: '/env' }).target).toEqual(root('/env'));
    expect(parse([], { BULKHEAD_ROOT: '' }).target).toEqual(null);
    expect(parse(['--root', 'rel/x']).target).toEqual(root('/cwd/rel/x'));
  });
  it('does not use a switch or nothing as a value', () => {
    expect(parse(['--root', '--measure'])).toMatchObject({ target: null, measure: true });
    expect(parse(['--root']).target).toEqual(null);
    expect(parse(['--root=']).target).toEqual(null);
  });
  it('uses a target by its id before a root, and refuses an invalid id', () => {
    expect(parse(['--target', 'docker-desktop', '--root', '/a']).target).toEqual({ kind: 'docker-desktop' });
    expect(parse(['--target=docker-engine']).target).toEqual({
      kind: 'docker-engine',
      socket: '/var/run/docker.sock',
    });
    expect(parse(['--target', 'embedded:/b']).target).toEqual(root('/b'));
    expect(parse(['--target', 'embedded:b', '--root', '/a']).target).toEqual(root('/a'));
  });
  it('reads --screenshot and BULKHEAD_MEASURE', () => {
    expect(parse(['--screenshot=shot.png'], { BULKHEAD_MEASURE: '1' })).toMatchObject({
      screenshot: '/cwd/shot.png',
      measure: true,
    });
    expect(parse([])).toMatchObject({ screenshot: null, measure: false });
  });
});
