import { isEngineRequest } from '../../../shared/ipc/channels.ts';
import {
  ipcContract,
  type EngineRequest,
  type IpcInput,
  type IpcOutput,
  type IpcRequest,
} from '../../../shared/ipc/contract.ts';
import { fail, type AppError, type Result } from '../../../shared/result.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { withinLimits } from './payload-size.ts';
import type { IpcMessage } from './register.ts';
import { message } from '../../../shared/messages/message.ts';
import { isOwnPage } from './sender.ts';

type HandlerResult<K extends IpcRequest> =
  Promise<Result<IpcOutput<K>, AppError>> | Result<IpcOutput<K>, AppError>;
/**
 * What a handler gets besides its input: for a request about an engine, the session of the engine that the
 * window shows.
 */
type HandlerSession<K extends IpcRequest> = K extends EngineRequest ? [session: Session] : [];

/**
 * One handler per request of the contract. They get validated input and return a Result; an exception is a
 * defect.
 */
export type Handlers = {
  readonly [K in IpcRequest]: (input: IpcInput<K>, ...session: HandlerSession<K>) => HandlerResult<K>;
};

export interface HandleRequestOptions {
  /** Provides the session of the open engine. */
  readonly sessions: Pick<Sessions, 'withEngine'>;
  /** Called for defects, so that they are in the log and not only in the window. */
  readonly report?: (error: unknown) => void;
}

/**
 * Handles one request: checks sender, size, schema and, if it is about an engine, that this engine is the
 * open one; then calls the handler. Never throws and never rejects.
 */
export async function handleRequest<K extends IpcRequest>(
  name: K,
  handlers: Pick<Handlers, K>,
  { frame, payload, engine }: IpcMessage,
  { sessions, report = () => undefined }: HandleRequestOptions,
): Promise<Result<IpcOutput<K>, AppError>> {
  try {
    if (!isOwnPage(frame)) return fail('ipc.bad-sender', message('app.ipc-foreign-sender', { name }));
    if (!withinLimits(payload))
      return fail('ipc.bad-payload', message('app.ipc-payload-too-large', { name }));
    const parsed = ipcContract.requests[name].input.safeParse(payload);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return fail('ipc.bad-payload', message('app.ipc-payload-invalid', { name }), {
        reason: issue === undefined ? 'unknown' : `${issue.path.join('.') || 'payload'}: ${issue.message}`,
      });
    }
    // The schema of `name` has just produced this value; TypeScript can't follow the indexed type through
    // safeParse.
    const input = parsed.data as IpcInput<K>;
    const call = async (...session: readonly Session[]) =>
      handlers[name](input, ...(session as HandlerSession<K>)); // by the contract's scope, below
    if (!isEngineRequest(name)) return await call();
    if (typeof engine !== 'string')
      return fail('ipc.bad-payload', message('app.ipc-engine-missing', { name }));
    return await sessions.withEngine(engine, call);
  } catch (error) {
    report(error);
    return fail('internal', message('app.ipc-defect', { name }), {
      cause: error,
      hint: message('app.report-defect'),
    });
  }
}
