import { describe, expect, it } from 'vitest';
import { targetArguments, targetOptions } from './target-arguments.ts';
import type { TargetRef } from './target-ref.ts';

describe('the options of a command that is about an engine', () => {
  it.each<[TargetRef, readonly string[], string]>([
    [
      { kind: 'embedded', root: "/srv/alice's engine" },
      ['--root', "/srv/alice's engine"],
      String.raw` --root '/srv/alice'\''s engine'`,
    ],
    [{ kind: 'system' }, ['--target', 'system'], ' --target system'],
    [{ kind: 'docker-desktop' }, ['--target', 'docker-desktop'], ' --target docker-desktop'],
    [
      { kind: 'docker-engine', socket: '/run/d.sock' },
      ['--target', 'docker-engine:/run/d.sock'],
      ' --target docker-engine:/run/d.sock',
    ],
  ])('name %j', (ref, argumentList, options) => {
    expect(targetArguments(ref)).toEqual(argumentList);
    expect(targetOptions(ref)).toBe(options);
  });
});
