import type { IncomingHttpHeaders } from 'node:http2';
import { deny, refusalText, type Denial } from '../../shared/policy/decision.ts';
import { rpcStatus } from '../../shared/policy/buildkit-messages.ts';
import { readMessage, textOf } from '../../shared/policy/protobuf.ts';
import { writeMessage } from '../../shared/policy/protobuf-write.ts';
import { message } from '../../shared/messages/message.ts';
import { grpcMessage, plainMessage } from '../../shared/grpc/status-message.ts';

/**
 * The daemon's words when a step made inside it (by a frontend) asks for an entitlement that `Solve` did not
 * get.
 */
const entitlementDenied = /\b(network\.host|security\.insecure|device)\b[^:]{0,100} is not allowed/;

/** Its words when a source is against the build's policy, of which a part is the gateway's. */
const sourceDenied = /source "(?:https?|git):\/\/[^"]*" denied by policy/;

function denialBehind(text: string): Denial | null {
  const entitlement = entitlementDenied.exec(text)?.[1];
  if (entitlement === 'network.host')
    return deny('host-network-build', message('gateway.build-step-with-host-network'));
  if (entitlement !== undefined)
    return deny('build-entitlement', message('gateway.build-step-with', { entitlement }));
  if (!sourceDenied.test(text)) return null;
  return deny('build-source', message('gateway.source-of-frontend'), {
    detail: message('gateway.own-source-policy-may-deny-it'),
  });
}

/**
 * Adds why (B6) to the end of a call that the daemon refused for want of an entitlement or by our source
 * rules; everything else stays as it is.
 */
export function explainEnd(end: IncomingHttpHeaders): IncomingHttpHeaders {
  const message = end['grpc-message'];
  if (typeof message !== 'string') return end;
  const denial = denialBehind(plainMessage(message));
  if (denial === null) return end;
  const why = refusalText(denial);
  const explained: IncomingHttpHeaders = {
    ...end,
    'grpc-message': grpcMessage(`${plainMessage(message)}: ${why}`),
  };
  const details = end['grpc-status-details-bin'];
  if (typeof details === 'string') {
    // Clients prefer the message in there.
    const read = readMessage(rpcStatus, Buffer.from(details, 'base64'));
    if (!read.ok) delete explained['grpc-status-details-bin'];
    else {
      const values = new Map(read.message.values).set('message', [
        `${textOf(read.message, 'message')}: ${why}`,
      ]);
      explained['grpc-status-details-bin'] = Buffer.from(writeMessage({ shape: rpcStatus, values }))
        .toString('base64')
        .replaceAll('=', '');
    }
  }
  return explained;
}
