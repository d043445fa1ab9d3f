import type { AttackFixture } from './attack-fixture.ts';

/** An attempt by a process outside and one inside together. */
export interface AccompliceAttempt {
  readonly id: string;
  readonly class: 'accomplice';
  readonly title: string;
  /**
   * Resolves with whether they succeeded, judged by the effect: something that only root, or the other user's
   * container, could have done or read. Rejects with `AttemptBlocked` if a system call that is not allowed,
   * or a refusal of the runtime or the gateway, stopped them (evidence.ts), with any other error if they did
   * not get so far.
   */
  readonly attempt: (fixture: AttackFixture) => Promise<boolean>;
  /** Changes the whole engine: not run concurrently with others. */
  readonly alone?: boolean;
}

/** Rows without the fields that are the same in all of them. */
export function accompliceAttempts(rows: readonly Omit<AccompliceAttempt, 'class'>[]): AccompliceAttempt[] {
  return rows.map((row) => ({ ...row, class: 'accomplice' }));
}
