import { describe, expect, it } from 'vitest';
import { defaultRoot, parseOptions } from './options.ts';

const parse = (argv: string[], env: Record<string, string> = {}) => parseOptions(['electron', '.', ...argv], env, '/cwd');

describe('arguments of the app', () => {
  it('takes --root in both spellings, then BULKHEAD_ROOT, then the default', () => {
    expect(parse(['--root', '/a']).root).toBe('/a');
    expect(parse(['--no-sandbox', '--root=/a b'], { BULKHEAD_ROOT: '/env' }).root).toBe('/a b');
    expect(parse([], { BULKHEAD_ROOT: '/env' }).root).toBe('/env');
    expect(parse([], { BULKHEAD_ROOT: '' }).root).toBe(defaultRoot);
    expect(parse(['--root', 'rel/x']).root).toBe('/cwd/rel/x');
  });
  it('does not take a switch or nothing for a value', () => {
    expect(parse(['--root', '--measure'])).toMatchObject({ root: defaultRoot, measure: true });
    expect(parse(['--root']).root).toBe(defaultRoot);
    expect(parse(['--root=']).root).toBe(defaultRoot);
  });
  it('reads --screenshot and BULKHEAD_MEASURE', () => {
    expect(parse(['--screenshot=shot.png'], { BULKHEAD_MEASURE: '1' })).toMatchObject({ screenshot: '/cwd/shot.png', measure: true });
    expect(parse([])).toMatchObject({ screenshot: null, measure: false });
  });
});
