import { describe, expect, it } from 'vitest';
import { parseTargetId, targetId, type TargetRef } from './target-id.ts';

describe('the id of a target', () => {
  it.each<TargetRef>([
    { kind: 'embedded', root: '/var/lib/a b:c' },
    { kind: 'docker-engine', socket: '/run/docker.sock' },
    { kind: 'system' },
    { kind: 'docker-desktop' },
  ])('leads back to %j', (ref) => {
    expect(parseTargetId(targetId(ref))).toEqual(ref);
  });
  it('names the usual socket by default', () => {
    expect(parseTargetId('docker-engine')).toEqual({ kind: 'docker-engine', socket: '/var/run/docker.sock' });
  });
  it.each([
    '',
    'embedded',
    'embedded:',
    'embedded:relative',
    'docker-desktop:/x',
    'podman:/x',
    `embedded:/${'a'.repeat(5000)}`,
    'embedded:/a\0b',
  ])('is not %j', (id) => {
    expect(parseTargetId(id)).toBeNull();
  });
});
