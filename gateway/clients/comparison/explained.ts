/** A difference from a stock engine that is on purpose. One that is not seen any more fails the comparison: the list stays short and true. */
export interface Explained {
  /** The observation's id: `group: name`. */
  readonly observation: string;
  /** What is seen with ECI on. */
  readonly shows: RegExp;
  readonly why: string;
  /** Requirement it follows from. */
  readonly spec: string;
}

export const explained: readonly Explained[] = [];
