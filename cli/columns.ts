/** Characters that occupy two columns of a terminal: East Asian wide and full-width ones. */
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** Number of columns of a text in a terminal. */
export const displayWidth = (text: string): number => text.length + (text.match(wide)?.length ?? 0);

/** The text padded with spaces to at least `width` columns. */
export const padColumns = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - displayWidth(text)));

/** A fact preceded by its name: indented by two, the fact after `width` columns. */
export const labelled = (label: string, width: number, fact: string): string =>
  `  ${padColumns(label, width)}${fact}`;
