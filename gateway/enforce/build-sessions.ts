import { type OpenSessions, sessionIdField, sharedKeyField, sharedKeySuffix } from '../grpc/open-sessions.ts';
import type { GatewayRequest, Verdict } from '../http/exchange.ts';

/** Whose a session is: by the id that the client has, since the user who owns it may be unknown yet. */
export const sessionUser = ({ origin, peer }: GatewayRequest): string =>
  origin.kind === 'clients' ? `user ${peer()?.uid ?? 'unknown'}` : `socket ${origin.id}`;

/**
 * What is changed about `POST /session`, which is recorded until its end: its shared key is the user's own.
 * BuildKit itself refuses an id that is in use here.
 */
export function forwardedSession(
  request: GatewayRequest,
  sessions: OpenSessions,
): Pick<Extract<Verdict, { kind: 'forward' }>, 'fields' | 'settled'> {
  const user = sessionUser(request);
  const { fields } = request.head;
  const valueOf = (key: string) => fields.find((field) => field.key === key)?.value ?? '';
  const settled = sessions.open(valueOf(sessionIdField), user);
  return {
    fields: [
      ...fields.filter(({ key }) => key !== sharedKeyField),
      {
        name: 'X-Docker-Expose-Session-Sharedkey',
        key: sharedKeyField,
        value: `${valueOf(sharedKeyField)}${sharedKeySuffix(user)}`,
      },
    ],
    ...(settled === null ? {} : { settled }),
  };
}
