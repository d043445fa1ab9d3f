import { expect, test } from 'vitest';
import { message } from '../messages/message.ts';
import { loadTranslator } from '../messages/translator.ts';
import { deny, refusalText } from '../policy/decision.ts';
import { isFixedPointer, settingNamedIn, settingSentences } from './setting-pointer.ts';

test.each(['en', 'zh-CN'] as const)('the setting that a refusal names is found in %s', async (language) => {
  const translate = await loadTranslator(language);
  const what = message('policy.bind-mount', { source: '/srv/filesharingAllowedDirectories' });
  for (const setting of Object.keys(settingSentences).filter(isFixedPointer))
    expect(settingNamedIn(refusalText(deny('host-device', what, { setting }), translate))).toBe(setting);
  const none = refusalText(deny('host-device', 'x', { setting: null }), translate);
  expect(settingNamedIn(none)).toBeNull();
});
