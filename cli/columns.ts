/** Characters that occupy two columns of a terminal: East Asian wide and full-width ones. */
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;
// Escaped: the code that starts the command line stays ASCII.
const opening = String.raw`\u201c\u2018\uff08\u300a\u3010\u300c`;
const closing = String.raw`\u201d\u2019\uff09\u300b\u3011\u300d\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01`;
/**
 * Where a line may end: before white space, and next to a wide character, unless punctuation belongs to it.
 */
const lineEnd = new RegExp(
  String.raw`(?<!\s)(?=\s)|(?<![${opening}\s])(?![${closing}\s])(?:(?<=${wide.source})|(?=${wide.source}))`,
);

/** Number of columns of a text in a terminal. */
export const displayWidth = (text: string): number => text.length + (text.match(wide)?.length ?? 0);

/** The text padded with spaces to at least `width` columns. */
export const padColumns = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - displayWidth(text)));

/**
 * A text in lines of at most `width` columns, broken at white space and next to wide characters, which have
 * none between them. A longer word stays whole.
 */
export function wrapColumns(text: string, width: number): string {
  const lines: string[] = [];
  for (const line of text.split(/\r\n|\n/)) {
    let current = '';
    for (const part of line.split(lineEnd)) {
      if (current === '' || displayWidth(current) + displayWidth(part) <= width) current += part;
      else {
        lines.push(current);
        current = part.trimStart();
      }
    }
    lines.push(current);
  }
  return lines.join('\n');
}

/** A fact preceded by its name: indented by two, the fact after `width` columns. */
export const labelled = (label: string, width: number, fact: string): string =>
  `  ${padColumns(label, width)}${fact}`;
