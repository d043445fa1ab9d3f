import { gateway as englishGateway } from '../catalogue/en/gateway.ts';
import { policy as englishPolicy } from '../catalogue/en/policy.ts';
import { gateway } from '../catalogue/zh-CN/gateway.ts';
import { policy } from '../catalogue/zh-CN/policy.ts';
import type { Sentences } from '../../translate/translate.ts';

/**
 * What denials name, by its English: for refusals that come as text, without their ids (from a probe, or in
 * the output of a Docker client).
 */
export const denials: Sentences = { ...byText(englishGateway, gateway), ...byText(englishPolicy, policy) };

function byText(english: Sentences, translation: Sentences): Sentences {
  return Object.fromEntries(
    Object.entries(english).map(([id, text]) => {
      const names = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
      const numbered = (sentence: string): string =>
        sentence.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => `{${names.indexOf(name)}}`);
      return [numbered(text), numbered(translation[id] ?? text)];
    }),
  );
}
