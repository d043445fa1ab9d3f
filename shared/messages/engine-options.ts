/**
 * Commands in sentences end in `{{onEngine}}`: the options that select the engine which this process works
 * on, so that the command can be pasted as it is: on the command line one that the user named, in the window
 * the one that is shown, in a gateway that of its state directory. Other processes have none.
 */
export const engineOptionsName = 'onEngine';
export type EngineOptionsName = typeof engineOptionsName;

let options = '';
let scoped: () => string | undefined = () => undefined;

/** ` --root /srv/engine`, with the blank before it; '' if none is named. */
export const engineOptions = (): string => scoped() ?? options;

export function setEngineOptions(next: string): void {
  options = next;
}

/** Has sentences that are made where `read` returns a value advise commands with that one. */
export function scopeEngineOptions(read: () => string | undefined): void {
  scoped = read;
}
