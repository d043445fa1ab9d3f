import { claims } from '../catalogue/en/claims.ts';
import { common } from '../catalogue/en/common.ts';
import { enforcement } from '../catalogue/en/enforcement.ts';
import { rules } from '../catalogue/en/rules.ts';
import { settings } from '../catalogue/en/settings.ts';
import { shared } from '../catalogue/en/shared.ts';
import { sharing } from '../catalogue/en/sharing.ts';
import type { SentencesByArea } from '../renderer.ts';

/**
 * The catalogue in the window's bundle (vite.config.ts): at first the areas of sentences that the frame and
 * the first page make themselves. Those of other processes contain their English text.
 */
export const english: SentencesByArea = {
  claims: () => claims,
  common: () => common,
  enforcement: () => enforcement,
  rules: () => rules,
  settings: () => settings,
  shared: () => shared,
  sharing: () => sharing,
};

/** Adds the other areas. */
export async function loadOtherSentences(): Promise<void> {
  const all = await import('../catalogue/en/index.ts');
  Object.assign(english, all.english);
}
