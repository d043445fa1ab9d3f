import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ApplyPlan, PlanEffect } from '../shared/apply/plan.ts';
import { confirmApply } from './apply-prompt.ts';

const sharing = (...typed: string[]): PlanEffect => ({
  kind: 'dangerous',
  when: 'afterwards',
  code: 'dangerous-shares',
  params: { count: typed.length, paths: typed, everything: typed, typed },
});
const plan = (more: Partial<ApplyPlan> = {}) => ({ remove: [], recreate: [], effects: [], ...more });

/** Answers each question in turn as soon as it is shown; null ends the input. */
async function confirm(prompted: ReturnType<typeof plan>, ...answers: (string | null)[]) {
  return confirmNamed([], prompted, ...answers);
}

/** As `confirm`, with shares that `--confirm-share` names. */
async function confirmNamed(
  named: readonly string[],
  prompted: ReturnType<typeof plan>,
  ...answers: (string | null)[]
) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let written = '';
  output.on('data', (chunk: Buffer) => {
    written += chunk.toString();
    if (!/(?:: |\] )$/.test(chunk.toString())) return;
    const answer = answers.shift();
    if (answer === null || answer === undefined) input.end();
    else input.write(`${answer}\n`);
  });
  const result = await confirmApply(prompted, named, { input, output });
  return {
    consent: result.ok,
    shares: result.ok ? result.value : [],
    error: result.ok ? null : result.error,
    written,
    left: answers,
  };
}

describe('the question before an apply', () => {
  test.each([
    ['y', true],
    ['YES', true],
    [' y ', true],
    ['是', true],
    ['', false],
    ['n', false],
    ['yess', false],
  ])('"%s" is consent: %s', async (answer, consent) => {
    expect(await confirm(plan(), answer)).toMatchObject({ consent, written: 'Apply? [y/N] ' });
  });

  test('says how many containers are removed and recreated', async () => {
    const { written } = await confirm(plan({ remove: ['a', 'b'], recreate: ['c'] }), 'n');
    expect(written).toBe('Apply, remove 2 containers and recreate 1 container? [y/N] ');
  });

  test('the whole file system is shared only if its path is typed, before the question', async () => {
    const root = plan({ effects: [sharing('/')] });
    const agreed = await confirm(root, '/', 'y');
    expect(agreed.consent).toBe(true);
    expect(agreed.written).toBe(
      '/ is the whole file system: containers could take this host over. Type / to share it: ' +
        'Apply? [y/N] ',
    );
    for (const other of ['y', 'yes', '', '/etc', '//']) {
      const refused = await confirm(root, other, 'y');
      expect(refused, other).toMatchObject({
        consent: false,
        error: { code: 'apply.not-confirmed' },
        left: ['y'],
      });
    }
  });

  test('each such path is typed, as it is written in the settings', async () => {
    const both = plan({ effects: [sharing('/', '//')] });
    expect((await confirm(both, '/', '//', 'y')).consent).toBe(true);
    expect((await confirm(both, '/', '/', 'y')).consent).toBe(false);
  });

  test('what --confirm-share names is not prompted for again', async () => {
    const both = plan({ effects: [sharing('/', '//')] });
    const agreed = await confirmNamed(['//', '/srv'], both, '/', 'y');
    expect(agreed).toMatchObject({ consent: true, shares: ['/', '//'] });
    expect(agreed.written).not.toContain('Type //');
  });

  test.each([
    ['the typed path', [null]],
    ['the consent', ['/', null]],
  ])('an end of the input instead of %s is a refusal', async (_what, answers) => {
    const refused = await confirm(plan({ effects: [sharing('/')] }), ...answers);
    expect(refused).toMatchObject({ consent: false, error: { code: 'apply.not-confirmed' } });
    expect(refused.written.endsWith('\n')).toBe(true);
  });
});
