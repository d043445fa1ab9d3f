import { english } from './catalogue/index.ts';
import { createRenderer, type MessageRenderer } from './renderer.ts';
import type { MessageParam } from './localized-text.ts';

let renderer: MessageRenderer | undefined;

/** The English text of a sentence; the id itself if it is not in the catalogue. */
export function englishText(id: string, params: Readonly<Record<string, MessageParam>>): string {
  // Created when the first sentence is needed: most processes never need one.
  renderer ??= createRenderer('en', english, (param) => param.text);
  return renderer.render(id, params) ?? id;
}
