import type { IncomingHttpHeaders } from 'node:http2';
import { deny, refusalText, type Denial } from '../../shared/policy/decision.ts';
import { rpcStatus } from '../../shared/policy/buildkit-messages.ts';
import { readMessage, textOf } from '../../shared/policy/protobuf.ts';
import { writeMessage } from '../../shared/policy/protobuf-write.ts';
import { message } from '../../shared/messages/message.ts';
import { grpcMessage, plainMessage } from '../../shared/grpc/status-message.ts';

/**
 * BuildKit's error for a step (of a frontend) that requests an entitlement that `Solve` did not grant.
 */
const entitlementDenied = /\b(network\.host|security\.insecure|device)\b[^:]{0,100} is not allowed/;

/** BuildKit's error for a source that the build's policy denies, of which a part is the gateway's. */
const sourceDenied = /source "(?:https?|git):\/\/[^"]*" denied by policy/;

function denialForMessage(text: string): Denial | null {
  const entitlement = entitlementDenied.exec(text)?.[1];
  if (entitlement === 'network.host')
    return deny('host-network-build', message('gateway.build-step-with-host-network'));
  if (entitlement !== undefined)
    return deny('build-entitlement', message('gateway.build-step-with', { entitlement }));
  if (!sourceDenied.test(text)) return null;
  return deny('build-source', message('gateway.source-of-frontend'), {
    detail: message('gateway.own-source-policy-may-deny'),
  });
}

/**
 * Adds the reason (B6) to the trailers of a call that BuildKit refused for a missing entitlement or by our
 * source rules; others stay unchanged.
 */
export function explainTrailers(trailers: IncomingHttpHeaders): IncomingHttpHeaders {
  const message = trailers['grpc-message'];
  if (typeof message !== 'string') return trailers;
  const denial = denialForMessage(plainMessage(message));
  if (denial === null) return trailers;
  const reason = refusalText(denial);
  const explained: IncomingHttpHeaders = {
    ...trailers,
    'grpc-message': grpcMessage(`${plainMessage(message)}: ${reason}`),
  };
  const details = trailers['grpc-status-details-bin'];
  if (typeof details === 'string') {
    // Clients prefer the message in these details.
    const read = readMessage(rpcStatus, Buffer.from(details, 'base64'));
    if (!read.ok) delete explained['grpc-status-details-bin'];
    else {
      const values = new Map(read.message.values).set('message', [
        `${textOf(read.message, 'message')}: ${reason}`,
      ]);
      explained['grpc-status-details-bin'] = Buffer.from(writeMessage({ shape: rpcStatus, values }))
        .toString('base64')
        .replaceAll('=', '');
    }
  }
  return explained;
}
