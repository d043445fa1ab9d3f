import { describe, expect, it } from 'vitest';
import { strictest, type Explanation, type Finding } from '../shared/explain/explanation.ts';
import { describeExplanation } from './explain.ts';

const denied: Finding = {
  outcome: 'deny',
  rule: 'host-namespace',
  spec: 'A7',
  setting: null,
  what: '--pid=host',
  message: 'enhanced container isolation: --pid=host is blocked: why (A7); no setting allows it',
};
const explanation = (more: Partial<Explanation>): Explanation => ({
  eci: true,
  mode: 'enforce',
  outcome: 'allow',
  requests: [],
  missingFacts: [],
  facts: [],
  images: [],
  engine: true,
  clientOutput: '',
  leftOut: [],
  notes: [],
  ...more,
});
const last = (more: Partial<Explanation>) => describeExplanation(explanation(more)).split('\n').at(-1);

describe('bulkhead explain', () => {
  it('prints one line per finding, and a conclusion', () => {
    expect(
      describeExplanation(
        explanation({
          outcome: 'deny',
          requests: [
            {
              method: 'POST',
              target: '/v1.45/containers/create',
              outcome: 'deny',
              findings: [denied],
              refusal: denied.message,
            },
          ],
          missingFacts: ['volume v'],
          notes: ['later-requests'],
        }),
      ),
    ).toBe(
      [
        'POST /v1.45/containers/create',
        '  denied     host-namespace A7: --pid=host is blocked: why (A7); no setting allows it',
        'No engine could be queried; assumed to be absent: volume v.',
        'Denied. Nothing was run.',
      ].join('\n'),
    );
  });
  it('links to the very field that would allow it, once', () => {
    const finding: Finding = {
      ...denied,
      rule: 'bind-not-shared',
      setting: '/filesharingAllowedDirectories',
    };
    const request = {
      method: 'POST',
      target: '/x',
      outcome: 'deny' as const,
      findings: [finding, finding, denied],
      refusal: null,
    };
    expect(
      describeExplanation(explanation({ outcome: 'deny', requests: [request] }))
        .split('\n')
        .slice(-2),
    ).toEqual([
      'Denied. Nothing was run.',
      'The setting, in the app: bulkhead app --route file-sharing/filesharingAllowedDirectories',
    ]);
    expect(last({ eci: false, requests: [request] })).toMatch(/isolation is off/i);
  });
  it('never concludes more than is known', () => {
    expect(last({})).toBe('Allowed: it only reads.');
    expect(last({ eci: false })).toMatch(/isolation is off/i);
    expect(last({ outcome: 'would-deny', mode: 'audit', notes: ['later-requests'] })).toMatch(
      /in audit mode rules deny nothing.*not known/,
    );
    expect(last({ outcome: 'undecided' })).toMatch(/^Not decided/);
  });
  it('passes no control characters of others to the terminal', () => {
    expect(
      describeExplanation(
        explanation({
          requests: [
            {
              method: 'POST',
              target: '/x',
              outcome: 'deny',
              findings: [{ ...denied, message: 'a\u001b[2Jb' }],
              refusal: null,
            },
          ],
        }),
      ),
    ).toContain('a\\u001b[2Jb');
  });
  it('uses the strictest outcome for the whole', () => {
    expect(strictest([])).toBe('allow');
    expect(strictest(['allow', 'deny', 'rewrite'])).toBe('deny');
    expect(strictest(['would-deny', 'rewrite'])).toBe('would-deny');
  });
  it('names the services of a Compose file, the output of Compose, and what was not checked', () => {
    const request = (service: string, outcome: 'deny' | 'allow') => ({
      method: 'POST',
      target: '/v1.45/containers/create',
      outcome,
      findings: outcome === 'deny' ? [denied] : [],
      refusal: null,
      kind: 'container' as const,
      service,
    });
    expect(
      describeExplanation(
        explanation({
          outcome: 'deny',
          requests: [request('web', 'allow'), request('agent', 'deny')],
          clientOutput: 'The "TAG" variable is not set.',
          leftOut: ['web.post_start'],
          notes: ['compose-environment'],
        }),
      ).split('\n'),
    ).toEqual([
      'service web',
      '  allowed    as it is',
      'service agent',
      expect.stringMatching(/^ {2}denied/) as unknown,
      'Compose: The "TAG" variable is not set.',
      'Not checked: web.post_start.',
      'Denied. Nothing was run.',
    ]);
  });
});
