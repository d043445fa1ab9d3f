import {
  snippet,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { hoverTooltip, type EditorView, type Tooltip } from '@codemirror/view';
import type { Extension } from '@codemirror/state';
import {
  keyAt,
  suggestAt,
  type KeyHelp,
  type KnownKey,
  type Suggestion,
} from '../../../shared/settings/index.ts';
import type { SettingsFormat } from '../../../shared/targets/capabilities.ts';

/**
 * Above this many characters nothing is looked up while typing, only on request (Ctrl Space): each look
 * reads the text from its start.
 */
export const typingLimit = 200_000;

/** What the editor says about keys, in the window's language. */
export interface AssistLabels {
  about(key: KnownKey): string;
  /** Who reads it, what a missing one means, which values there are: one line each. */
  facts(key: KnownKey): readonly string[];
  suggestion(suggestion: Suggestion): string;
  kind(kind: Suggestion['kind'], key: KnownKey | undefined): string;
}

const typeOf = {
  key: 'property',
  value: 'constant',
  command: 'function',
  group: 'namespace',
  unsupported: 'text',
} as const;
/** Groups come before commands, what can't be used last. */
const boost = { key: 0, value: 0, group: 2, command: 1, unsupported: -20 } as const;

/** Completion from what is known of the format. */
export function completeSettings(
  labels: AssistLabels,
  format: SettingsFormat,
): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    if (!context.explicit && context.state.doc.length > typingLimit) return null;
    // Line ends are one character here; that moves no place within a line, and the format has none that
    // matter.
    const text = context.state.doc.toString();
    const found = suggestAt(text, context.pos, format);
    if (found === null) return null;
    // Nothing pops up on mere space, or when an entry is finished by a comma: something was typed, or it was
    // requested.
    if (
      !context.explicit &&
      found.from === context.pos &&
      !/["[{:]\s?$/.test(text.slice(Math.max(0, context.pos - 2), context.pos))
    )
      return null;
    // What is typed without its quote is compared without: else no match is one from the start, and a short
    // name that has it in its middle comes before a long one that begins with it.
    const unquoted = text[found.from] !== '"';
    return {
      from: found.from,
      to: found.to,
      validFor: /^"?[\w .*$:/-]*"?$/,
      options: found.options.map((option, index): Completion => ({
        label: unquoted ? option.label.replaceAll(/^"|"$/g, '') : option.label,
        displayLabel: option.label,
        type: typeOf[option.kind],
        detail: labels.kind(option.kind, option.key),
        boost: boost[option.kind],
        sortText: String(index).padStart(4, '0'),
        // One that can't be used explains itself, and changes nothing when it is taken all the same.
        apply: option.insert === null ? () => undefined : snippet(option.insert),
        info: () =>
          infoNode(labels.suggestion(option), option.key === undefined ? [] : labels.facts(option.key)),
      })),
    };
  };
}

/** What a key means, beside the pointer. */
export function hoverSettings(labels: AssistLabels): Extension {
  return hoverTooltip(
    (view: EditorView, at: number): Tooltip | null => {
      const help = helpAt(view, at);
      if (help === null) return null;
      return {
        pos: help.from,
        end: help.to,
        above: true,
        create: () => ({ dom: infoNode(labels.about(help.key), [...labels.facts(help.key)], help.pointer) }),
      };
    },
    { hoverTime: 350 },
  );
}

/** The known key at a position; null in a document too large to read for it. */
export function helpAt(view: EditorView, at: number): KeyHelp | null {
  return view.state.doc.length > typingLimit ? null : keyAt(view.state.doc.toString(), at);
}

function infoNode(about: string, facts: readonly string[], pointer?: string): HTMLElement {
  const box = document.createElement('div');
  box.className = 'bh-key-help';
  const add = (text: string, className: string) => {
    const line = document.createElement('div');
    line.className = className;
    // `docker load`: code.
    for (const [index, part] of text.split('`').entries()) {
      const piece = document.createElement(index % 2 === 1 ? 'code' : 'span');
      piece.textContent = part;
      line.append(piece);
    }
    box.append(line);
  };
  if (pointer !== undefined) add(pointer, 'bh-key-pointer');
  if (about !== '') add(about, 'bh-key-about');
  for (const fact of facts) add(fact, 'bh-key-fact');
  return box;
}
