import type { FormatterModule } from 'i18next';

/** Values that are identifiers: written without grouping. */
const identifiers: ReadonlySet<unknown> = new Set(['pid', 'uid', 'version', 'line', 'column', 'position']);

const cache = new Map<string, Intl.NumberFormat>();

/** A number in the language's format: 12,345. */
export function writtenNumber(value: number, language: string): string {
  // Most numbers are below 1,000, and the first format of a window takes 5 ms to create.
  if (Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
  const format = cache.get(language) ?? new Intl.NumberFormat(language);
  cache.set(language, format);
  return format.format(value);
}

/** Formats every number in a text in its language's format; the text needs only `{{count}}`. */
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
