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
 * Above this many characters nothing is looked up while typing, only on request (Ctrl Space): every lookup
 * parses the text from the start.
 */
export const typingLimit = 200_000;

/** The editor's texts about keys, in the window's language. */
export interface AssistLabels {
  about(key: KnownKey): string;
  /** Which engines read it, its default, its values: one line each. */
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
/** Groups are listed before commands, unsupported options last. */
const boost = { key: 0, value: 0, group: 2, command: 1, unsupported: -20 } as const;

/** Completion from the known keys and values of the format. */
export function completeSettings(
  labels: AssistLabels,
  format: SettingsFormat,
): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    if (!context.explicit && context.state.doc.length > typingLimit) return null;
    // CodeMirror counts a line end as one character; that changes no offset within a line, and strings of the
    // format have no line ends.
    const text = context.state.doc.toString();
    const found = suggestAt(text, context.pos, format);
    if (found === null) return null;
    // No popup on white space, or after a comma that ends an entry: only while typing, or on request.
    if (
      !context.explicit &&
      found.from === context.pos &&
      !/["[{:]\s?$/.test(text.slice(Math.max(0, context.pos - 2), context.pos))
    )
      return null;
    // Compares without quotes if the user typed none; otherwise prefix matches would rank below infix
    // matches.
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
        // Unsupported options show why, and insert nothing.
        apply: option.insert === null ? () => undefined : snippet(option.insert),
        info: () =>
          infoNode(labels.suggestion(option), option.key === undefined ? [] : labels.facts(option.key)),
      })),
    };
  };
}

/** Documentation of a key, as a tooltip at the pointer. */
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

/** The known key at a position; null in a document that is too large to parse for it. */
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
