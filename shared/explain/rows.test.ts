import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './command-line.ts';
import { markedSpans, refusedOptions, ruleRows } from './rows.ts';
import type { ExplainedRequest, Explanation, Finding } from './schema.ts';

const text =
  'docker run -v ./x:/x -v /etc:/y --mount type=bind,source=/etc,target=/z --device /dev/kmsg -e A=1 -e ' +
  'LD_PRELOAD=x --net host --name deadbeefdeadbeef alpine';
const parsed = parseCommandLine(text, { home: '/home/sam' });
if (!parsed.ok) throw new Error(parsed.problem);
const { line } = parsed;
const finding = (field: string, value: string, more: Partial<Finding> = {}): Finding => ({
  outcome: 'deny',
  rule: 'bind-not-shared',
  spec: '',
  setting: null,
  what: '',
  message: value,
  part: { field, value },
  ...more,
});
const request = (findings: Finding[], passed: ExplainedRequest['passed'] = []): ExplainedRequest => ({
  method: 'POST',
  target: '/containers/create',
  outcome: 'deny',
  findings,
  refusal: null,
  passed,
  image: 'alpine',
});
const argumentsOf = (one: Finding) =>
  ruleRows(request([one]), [], line)[0]?.options.map(({ start, end }) => text.slice(start, end));

describe('the words a rule is about', () => {
  it('are found by the request field that they set, and of several by their value', () => {
    expect(argumentsOf(finding('HostConfig.Binds', '/home/sam/x:/x'))).toEqual(['-v ./x:/x']);
    expect(argumentsOf(finding('HostConfig.Binds', '/etc:/y'))).toEqual(['-v /etc:/y']);
    expect(
      argumentsOf(finding('HostConfig.Mounts', '{"Type":"bind","Source":"/etc","Target":"/z"}')),
    ).toEqual(['--mount type=bind,source=/etc,target=/z']);
    expect(argumentsOf(finding('HostConfig.Devices', '{"PathOnHost":"/dev/kmsg"}'))).toEqual([
      '--device /dev/kmsg',
    ]);
    // Only the name of a variable is shown.
    expect(argumentsOf(finding('Env', 'LD_PRELOAD'))).toEqual(['-e LD_PRELOAD=x']);
    expect(argumentsOf(finding('HostConfig.NetworkMode', 'host'))).toEqual(['--net host']);
    expect(argumentsOf({ ...finding('', ''), part: undefined, what: 'the name deadbeefdeadbeef' })).toEqual([
      '--name deadbeefdeadbeef',
    ]);
    expect(argumentsOf(finding('HostConfig.Runtime', ''))).toEqual([]);
  });
  it('are marked once, by the strictest outcome, in order', () => {
    const rows = ruleRows(
      request([
        finding('HostConfig.NetworkMode', 'host'),
        finding('HostConfig.Binds', '/etc:/y', { outcome: 'rewrite', rule: 'cleaned-path' }),
        finding('HostConfig.Binds', '/etc:/y'),
      ]),
      [],
      line,
    );
    expect(markedSpans(rows).map(({ start, end, outcome }) => [text.slice(start, end), outcome])).toEqual([
      ['-v /etc:/y', 'deny'],
      ['--net host', 'deny'],
    ]);
  });
  it('can be left out if every refusal has some', () => {
    const explanation = (findings: Finding[]): Explanation => ({
      eci: true,
      mode: 'enforce',
      outcome: 'deny',
      requests: [request(findings)],
      missingFacts: [],
      facts: [],
      images: [],
      engine: true,
      clientOutput: '',
      notes: [],
      leftOut: [],
    });
    expect(
      refusedOptions(explanation([finding('HostConfig.NetworkMode', 'host')]), line)?.map(({ name }) => name),
    ).toEqual(['network']);
    expect(
      refusedOptions(
        explanation([finding('HostConfig.NetworkMode', 'host'), { ...finding('', ''), part: undefined }]),
        line,
      ),
    ).toBeNull();
  });
  it('have a text if they pass for a reason', () => {
    expect(
      ruleRows(
        request(
          [],
          [
            { field: 'HostConfig.Privileged', value: 'true' },
            { field: 'HostConfig.Memory', value: '1' },
          ],
        ),
        [],
        line,
      ).map(({ outcome, what }) => [outcome, what.kind === 'passed' ? what.code : what.kind]),
    ).toEqual([['rewrite', 'privileged']]);
  });
});
