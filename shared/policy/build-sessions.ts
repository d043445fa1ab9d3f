import { textOf, type FieldValue, type Message } from './protobuf.ts';

/** Options that name the session of a client from which a frontend gets a local directory. */
const sessionOption = 'local-sessionid:';

/**
 * A `SolveRequest` without the ids of sessions in its options, if the client runs the frontend itself: then
 * the engine does nothing with them but record them in the build history, which every client may read. Who
 * knows the id of a session can have a build read the directories that its client offers there. The frontend
 * gets the options by `LLBBridge.Solve`.
 */
export function withoutSessionIds(request: Message): Message {
  const options = request.values.get('FrontendAttrs');
  if (options === undefined || textOf(request, 'Frontend') !== '') return request;
  const retained = options.filter((option) => !namesSession(option));
  return retained.length === options.length
    ? request
    : { shape: request.shape, values: new Map(request.values).set('FrontendAttrs', retained) };
}

const namesSession = (option: FieldValue): boolean =>
  typeof option === 'object' && 'shape' in option && textOf(option, 'key').startsWith(sessionOption);
