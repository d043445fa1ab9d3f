import { createInstance } from 'i18next';
import { expect, it, vi } from 'vitest';
import type { ActivityEntry } from '../shared/audit/activity.ts';
import type { Finding } from '../shared/explain/explanation.ts';

const sentence = vi.hoisted(() => ({ en: 'cats are not let into containers', zh: '容器内不得有猫' }));

// A rule as it would be added: its file and its place in the list, its sentence, its texts for the window.
vi.mock('../shared/rules/list.ts', async (original) => ({
  ruleList: [
    ...(await original<typeof import('../shared/rules/list.ts')>()).ruleList,
    { code: 'no-cats', sentence: 'rules.no-cats', spec: 'A99', setting: null, hasAlternative: true },
  ],
}));
vi.mock('../shared/messages/catalogue/en/rules.ts', async (original) => ({
  rules: { ...(await original<{ rules: object }>()).rules, 'rules.no-cats': sentence.en },
}));
vi.mock('../shared/messages/catalogue/zh-CN/rules.ts', async (original) => ({
  rules: { ...(await original<{ rules: object }>()).rules, 'rules.no-cats': sentence.zh },
}));
const { rules: windowTexts } = await import('../shared/messages/window/en/rules.ts');

const { deny, refusalText } = await import('../shared/policy/decision.ts');
const { loadTranslator } = await import('../shared/messages/translator.ts');
const { describeExplanation } = await import('../cli/explain.ts');
const { entryTitle, entryWhy, alternativeText } = await import('../renderer/pages/activity/entry-text.ts');

// The code must not be in use.
const denial = deny('no-cats' as 'swarm', '--cat');

it('a rule of the list has its refusal in every language', async () => {
  expect(refusalText(denial)).toBe(
    `enhanced container isolation: --cat is blocked: ${sentence.en} (A99); no setting allows it`,
  );
  expect(refusalText(denial, await loadTranslator('zh-CN'))).toBe(
    `enhanced container isolation: 已拒绝“--cat”：${sentence.zh}（A99）；没有可以放行的设置`,
  );
});

it('a rule of the list is explained on the command line', () => {
  const finding: Finding = { ...denial, sentences: {}, message: refusalText(denial) };
  const text = describeExplanation({
    eci: true,
    mode: 'enforce',
    outcome: 'deny',
    requests: [{ method: 'POST', target: '/x', outcome: 'deny', findings: [finding], refusal: null }],
    missingFacts: [],
    facts: [],
    images: [],
    engine: true,
    clientOutput: '',
    notes: [],
    leftOut: [],
  });
  expect(text).toContain(`no-cats A99: --cat is blocked: ${sentence.en} (A99); no setting allows it`);
});

it('a rule of the list has its title, its reason and its alternative on the Activity page', async () => {
  const withRule = (texts: object, text: string) => ({ ...texts, 'no-cats': text });
  const i18n = createInstance();
  await i18n.init({
    lng: 'en',
    resources: {
      en: {
        translation: {
          rules: {
            title: withRule(windowTexts.title, 'Cat'),
            why: withRule(windowTexts.why, 'Cats are not let in.'),
            instead: withRule(windowTexts.instead, 'Leave the cat out.'),
          },
        },
      },
    },
  });
  const entry: ActivityEntry = {
    ...denial,
    message: refusalText(denial),
    id: '1',
    seq: 1,
    time: '2026-11-10T10:00:00Z',
    client: { uid: 1000, pid: 1 },
    user: 'sam',
    method: 'POST',
    target: '/x',
  };
  expect([entryTitle(i18n.t, entry), entryWhy(i18n.t, entry), alternativeText(i18n.t, entry)]).toEqual([
    'Cat',
    'Cats are not let in.',
    'Leave the cat out.',
  ]);
});
