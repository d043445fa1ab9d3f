import { ipcContract, type IpcInput, type IpcOutput, type IpcRequest } from '../../../shared/ipc/contract.ts';
import { fail, type AppError, type Result } from '../../../shared/result.ts';
import { withinLimits } from './payload-size.ts';
import { isOwnPage, type SenderFrame } from './sender.ts';

/** One handler per request of the contract. They get validated input and answer with a Result; what they throw is a defect. */
export type Handlers = { readonly [K in IpcRequest]: (input: IpcInput<K>) => Promise<Result<IpcOutput<K>, AppError>> | Result<IpcOutput<K>, AppError> };

/**
 * Answers one request: checks sender, size and schema, then calls the handler. Never throws and never rejects.
 * `report` hears of defects, so that they are in the log and not only in the window.
 */
export async function answer<K extends IpcRequest>(
  name: K, handlers: Pick<Handlers, K>, frame: SenderFrame | null | undefined, payload: unknown, report: (error: unknown) => void = () => undefined,
): Promise<Result<IpcOutput<K>, AppError>> {
  try {
    if (!isOwnPage(frame)) return fail('ipc.bad-sender', `${name} was refused: it did not come from a page of this app`);
    if (!withinLimits(payload)) return fail('ipc.bad-payload', `${name} was refused: its payload is too large, too deep or no plain data`);
    const parsed = ipcContract.requests[name].input.safeParse(payload);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return fail('ipc.bad-payload', `${name} was refused: its payload does not fit the contract`, { reason: issue === undefined ? 'unknown' : `${issue.path.join('.') || 'payload'}: ${issue.message}` });
    }
    // The schema of `name` has just produced this value; TypeScript can't follow the indexed type through safeParse.
    return await handlers[name](parsed.data as IpcInput<K>);
  } catch (error) {
    report(error);
    return fail('internal', `${name} failed: this is a defect in Bulkhead`, { cause: error, hint: 'Try again; if it stays so, report it with this text.' });
  }
}
