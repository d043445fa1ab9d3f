import type { Scene } from './scene.ts';

/** What a process outside and one inside try together. */
export interface AccompliceAttempt {
  readonly id: string;
  readonly class: 'accomplice';
  readonly title: string;
  /**
   * Resolves with whether they got what they wanted, judged by its effect: something that only root, or the
   * other user's container, could have done or read. Rejects with `Stopped` where a system call, the engine
   * or the gateway stopped them.
   */
  readonly attempt: (scene: Scene) => Promise<boolean>;
  /** Changes the whole engine: not run beside others. */
  readonly alone?: boolean;
}

/** Rows without what is the same in all of them. */
export function accompliceAttempts(rows: readonly Omit<AccompliceAttempt, 'class'>[]): AccompliceAttempt[] {
  return rows.map((row) => ({ ...row, class: 'accomplice' }));
}
