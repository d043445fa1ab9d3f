import type { IncomingHttpHeaders } from 'node:http2';
import { deny, refusalText } from '../../shared/policy/decision.ts';
import { rpcStatus } from '../../shared/policy/buildkit-messages.ts';
import { readMessage, textOf, writeMessage } from '../../shared/policy/protobuf.ts';
import { grpcMessage, plainMessage } from './metadata.ts';

/** The daemon's words when a step made inside it (by a frontend) asks for an entitlement that `Solve` did not get. */
const entitlementDenied = /\b(network\.host|security\.insecure|device)\b[^:]{0,100} is not allowed/;

/** Adds why (B6) to the end of a call that the daemon refused for want of an entitlement; everything else stays as it is. */
export function explainEnd(end: IncomingHttpHeaders): IncomingHttpHeaders {
  const message = end['grpc-message'];
  if (typeof message !== 'string') return end;
  const found = entitlementDenied.exec(plainMessage(message))?.[1];
  if (found === undefined) return end;
  const why = refusalText(found === 'network.host'
    ? deny('host-network-build', 'a build with the engine\'s network (RUN --network=host)', { spec: 'C' })
    : deny('build-entitlement', `a build step with ${found}`, { spec: 'C' }));
  const explained: IncomingHttpHeaders = { ...end, 'grpc-message': grpcMessage(`${plainMessage(message)}: ${why}`) };
  const details = end['grpc-status-details-bin'];
  if (typeof details === 'string') {
    // Clients prefer the message in there.
    const read = readMessage(rpcStatus, Buffer.from(details, 'base64'));
    if (!read.ok) delete explained['grpc-status-details-bin'];
    else {
      const values = new Map(read.message.values).set('message', [`${textOf(read.message, 'message')}: ${why}`]);
      explained['grpc-status-details-bin'] = Buffer.from(writeMessage({ shape: rpcStatus, values })).toString('base64').replaceAll('=', '');
    }
  }
  return explained;
}
