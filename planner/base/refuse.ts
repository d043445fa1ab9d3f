/** A refusal or a failure with a text for whoever ran `docker …`: what, why, what to do. */
export class IsolationRefused extends Error {
  override readonly name = 'IsolationRefused';
}

/** Refuses with B6's beginning. */
export function refuse(what: string): never {
  throw new IsolationRefused(`enhanced container isolation: ${what}`);
}
