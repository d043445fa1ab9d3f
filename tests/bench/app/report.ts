interface ReportedFigure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost: number | null;
  readonly note?: string;
}

/** All figures of this run so far. */
export const figures: ReportedFigure[] = [];

/** Prints a figure, and whether it is within its limit; null: it has none. */
export function report(figure: ReportedFigure): void {
  figures.push(figure);
  const { name, value, unit, atMost, note } = figure;
  console.log(
    `${name.padEnd(52)} ${String(value).padStart(7)} ${unit.padEnd(3)} ` +
      (atMost === null ? '' : `${value <= atMost ? 'ok    ' : 'MISSED'} at most ${atMost}`) +
      (note === undefined ? '' : `   (${note})`),
  );
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
