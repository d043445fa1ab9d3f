/**
 * Commands in sentences end in `{{onEngine}}`: the options that select the engine which this process works
 * on, so that the command can be pasted as it is. Only the command line works on one that the user named;
 * elsewhere nothing stands there.
 */
export const engineOptionsName = 'onEngine';
export type EngineOptionsName = typeof engineOptionsName;

let options = '';

/** ` --root /srv/engine`, with the blank before it; '' for the default engine. */
export const engineOptions = (): string => options;

export function setEngineOptions(next: string): void {
  options = next;
}
