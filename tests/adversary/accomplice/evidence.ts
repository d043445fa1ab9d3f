/**
 * The point at which the kernel, the engine or the gateway stopped an attempt: a system call with its error,
 * or a refused command. Any other error means that nothing was attempted, and fails the test.
 */
export class AttemptBlocked extends Error {}

/**
 * Whether a text is a refusal, of the gateway or the runtime. What failed for another reason asks to try
 * again; so does the refusal of a source that was exchanged meanwhile, which counts.
 */
const isRefusal = (text: string): boolean =>
  text.includes('enhanced container isolation: ') && !/(?:; |then )try again/.test(text);

/** The error for a command, or a request to the engine, that failed with this text. */
export const failureOf = (text: string): Error =>
  isRefusal(text) ? new AttemptBlocked(text) : new Error(`failed, but not by a rule: ${text}`);

/** Errors by which the kernel says that something is not allowed. Others say nothing about rights. */
const notAllowed = new Set(['EACCES', 'EPERM', 'EROFS', 'EXDEV']);

/** The error for a system call that failed with the error `errorName`. */
export const failureOfCall = (call: string, errorName: string): Error =>
  notAllowed.has(errorName)
    ? new AttemptBlocked(`${call}: ${errorName}`)
    : new Error(`failed, but not because it is not allowed: ${call}: ${errorName}`);

/** Throws `AttemptBlocked` where a process has another id than root's on the machine. NaN: it has none. */
export function requireRoot(who: string, uid: number): void {
  if (Number.isNaN(uid)) throw new Error(`${who} has no id`);
  if (uid !== 0) throw new AttemptBlocked(`${who} has id ${uid}`);
}

/** As the kernel's errors are printed by programs. */
const deniedByKernel = /permission denied|operation not permitted|read-only file system/i;

/**
 * Whether `text`, the output of a program or the content of a file, contains `secret`. Throws
 * `AttemptBlocked` if it shows instead that the kernel did not allow it, and another error otherwise.
 */
export function showsSecret(secret: string, text: string): boolean {
  if (text.includes(secret)) return true;
  if (deniedByKernel.test(text)) throw new AttemptBlocked(`read instead: ${text}`);
  throw new Error(`neither the secret nor a refusal was read: ${JSON.stringify(text)}`);
}
