/** A refusal or a failure, with a text for the user of `docker …`: what failed, why, and what to do. */
export class IsolationRefused extends Error {
  override readonly name = 'IsolationRefused';
}

/** Refuses, with a message that begins as B6 requires. */
export function refuse(what: string): never {
  throw new IsolationRefused(`enhanced container isolation: ${what}`);
}
