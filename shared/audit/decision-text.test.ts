import { describe, expect, it } from 'vitest';
import { message, plainText } from '../messages/message.ts';
import { loadTranslator } from '../messages/translator.ts';
import { deny, refusalText } from '../policy/decision.ts';
import { decisionSubject, decisionTexts, type DecisionParts } from './decision-text.ts';

const translate = await loadTranslator('zh-CN');
const denial = deny('bind-not-shared', message('policy.bind-mount', { source: '/etc' }), {
  detail: message('policy.path-not-absolute'),
});
const entry: DecisionParts = {
  ...denial,
  sentences: { ...denial.sentences },
  message: refusalText(denial),
};

describe('the text of a decision', () => {
  it("is rendered again from the log's data, in the reader's language", () => {
    expect(decisionTexts(entry, translate)).toEqual([refusalText(denial, translate)]);
    expect(decisionTexts(entry, plainText)).toEqual([entry.message]);
    expect(decisionSubject(entry, translate)).toBe('绑定挂载 /etc');
  });

  it('of a warning states that the request was allowed', () => {
    expect(decisionTexts({ ...entry, outcome: 'allow' }, translate)[0]).toMatch(
      /^已放行，但有警告：enhanced/,
    );
  });

  it('of a rewrite has a line for each change', () => {
    const rewrite: DecisionParts = {
      outcome: 'rewrite',
      rule: 'userns-ignored',
      spec: 'A7',
      setting: null,
      message: 'HostConfig.UsernsMode: "host" became "" (every container has a user namespace of its own)',
      changes: [{ rule: 'userns-ignored', field: 'HostConfig.UsernsMode', before: 'host', after: '' }],
    };
    expect(decisionTexts(rewrite, plainText)).toEqual([rewrite.message]);
    expect(decisionTexts(rewrite, translate)).toEqual([
      'HostConfig.UsernsMode：“host”改为“”（每个容器都有自己的用户命名空间）',
    ]);
  });

  it.each([
    ['an earlier version, without sentences', { sentences: undefined }],
    ['a version with another rule', { rule: 'rule-of-another-version' }],
    ['a version with another setting', { setting: '/bulkhead/settingOfAnotherVersion' }],
  ])('stays English where the line is of %s', (_, other) => {
    expect(decisionTexts({ ...entry, ...other }, translate)).toEqual([entry.message]);
  });
});
