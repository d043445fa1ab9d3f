import type { FormatterModule } from 'i18next';

/** Values that number something: written as they are, without groups of thousands. */
const identifiers: ReadonlySet<unknown> = new Set(['pid', 'uid', 'version', 'line', 'column', 'position']);

const cache = new Map<string, Intl.NumberFormat>();

/** A number as the language writes it: 12,345. */
export function writtenNumber(value: number, language: string): string {
  // Most are, and the first format of a window takes 5 ms to make.
  if (Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
  const format = cache.get(language) ?? new Intl.NumberFormat(language);
  cache.set(language, format);
  return format.format(value);
}

/** Formats every number in a text as its language does; `{{count}}` is all that the text needs. */
export const numberFormat: FormatterModule = {
  type: 'formatter',
  init: () => undefined,
  add: () => undefined,
  addCached: () => undefined,
  format: (value: unknown, _format, language = 'en', options) => {
    if (typeof value === 'number')
      return identifiers.has(options?.['interpolationkey']) ? String(value) : writtenNumber(value, language);
    return typeof value === 'string' ? value : '';
  },
};
