/** Measurements in one unit. */
export class Samples {
  readonly values: number[] = [];

  add(value: number): void {
    this.values.push(value);
  }

  /**
   * Mean without the highest and the lowest tenth: occasional activity of the disk or another program affects
   * one side only.
   */
  get mean(): number {
    const trimmed = this.#trimmed();
    return trimmed.reduce((sum, one) => sum + one, 0) / trimmed.length;
  }

  /** Standard error of that mean. */
  get error(): number {
    const { mean } = this;
    const trimmed = this.#trimmed();
    return trimmed.length < 2
      ? 0
      : Math.sqrt(
          trimmed.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (trimmed.length - 1) / trimmed.length,
        );
  }

  #trimmed(): number[] {
    const left = Math.floor(this.values.length / 10);
    return this.values.toSorted((a, b) => a - b).slice(left, this.values.length - left);
  }
}

/** One line of the table: bare runc and ours, both as times or both as rates. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly bare: Samples;
  readonly isolated: Samples;
  /** The maximum (times) or minimum (rates) of the ratio isolated : bare; null: shown without a target. */
  readonly target: { readonly atMost: number } | { readonly atLeast: number } | null;
}

/** Ratio isolated : bare with its standard error. */
export function ratioOf({ bare, isolated }: Comparison): { readonly ratio: number; readonly error: number } {
  const ratio = isolated.mean / bare.mean;
  return { ratio, error: ratio * Math.hypot(isolated.error / isolated.mean, bare.error / bare.mean) };
}

/** Whether the target is met by the measurements: null without one. */
export function isMet(comparison: Comparison): boolean | null {
  const { target } = comparison;
  if (target === null) return null;
  const { ratio } = ratioOf(comparison);
  return 'atMost' in target ? ratio <= target.atMost : ratio >= target.atLeast;
}

export function line(comparison: Comparison): string {
  const { name, unit, bare, isolated, target } = comparison;
  const { ratio, error } = ratioOf(comparison);
  const side = (samples: Samples) =>
    `${samples.mean.toFixed(1).padStart(8)} ± ${samples.error.toFixed(1).padStart(5)}`;
  const wanted =
    target === null ? '' : 'atMost' in target ? `target <= ${target.atMost}` : `target >= ${target.atLeast}`;
  return (
    `${name.padEnd(34)} runc ${side(bare)}   isolated ${side(isolated)} ${unit.padEnd(5)} ratio ` +
    `${ratio.toFixed(3)} ± ${error.toFixed(3)}   ${wanted}${isMet(comparison) === false ? '  MISSED' : ''}`
  );
}

export type Measure = () => Promise<number>;

/**
 * Measures both in turn, in changing order, so that drift of the machine affects both; the first round of
 * each is discarded. Each waits a random moment first: otherwise periodic work of the engine would repeatedly
 * coincide with the same part of one of them.
 */
export async function interleave(
  rounds: number,
  bare: Measure,
  isolated: Measure,
): Promise<Pick<Comparison, 'bare' | 'isolated'>> {
  const samples = { bare: new Samples(), isolated: new Samples() };
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? (['bare', 'isolated'] as const) : (['isolated', 'bare'] as const);
    for (const which of order) {
      await new Promise((resolve) => {
        setTimeout(resolve, Math.random() * 40);
      });
      const value = await (which === 'bare' ? bare() : isolated());
      if (round > 0) samples[which].add(value);
    }
  }
  return samples;
}
