import { constants, type ClientHttp2Session } from 'node:http2';
import { frame } from '../../shared/grpc/frames.ts';
import { historyRequest } from '../../shared/policy/buildkit-messages.ts';
import type { FieldValue } from '../../shared/policy/protobuf.ts';
import { writeMessage } from '../../shared/policy/protobuf-write.ts';
import { unscaledLimits } from '../../shared/process/time-limits.ts';
import { engineHeaders, grpcStatus } from './metadata.ts';

const history = '/moby.buildkit.v1.Control/ListenBuildHistory';
/** An empty message is its prefix alone. */
const emptyMessageBytes = 5;

/**
 * Whether the engine has a build of this name under way, by its build history. It has builds that this
 * gateway does not know: those that are requested on the engine's own socket, and those whose client has
 * gone, until they are cancelled and recorded. BuildKit refuses a second build of a name, but until it does
 * it passes calls for that name on to the first one. False for an engine without a history: nobody can read
 * names there. Rejects where the engine gives no answer.
 */
export function runsInEngine(engine: ClientHttp2Session, ref: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const call = engine.request(engineHeaders(history, []), { endStream: false });
    const timer = setTimeout(() => {
      call.close(constants.NGHTTP2_CANCEL);
    }, unscaledLimits.engineLookup);
    let received = 0;
    let status: unknown;
    call.on('response', (headers) => {
      status = headers['grpc-status'];
    });
    call.on('trailers', (headers) => {
      status = headers['grpc-status'];
    });
    call.on('data', (bytes: Buffer) => {
      received += bytes.length;
      if (received > emptyMessageBytes) call.close(constants.NGHTTP2_CANCEL);
    });
    call.on('error', () => undefined);
    call.on('close', () => {
      clearTimeout(timer);
      if (received > emptyMessageBytes) resolve(true);
      else if (status === String(grpcStatus.ok) || status === String(grpcStatus.unimplemented))
        resolve(false);
      else reject(new Error('the engine did not report which builds are running'));
    });
    const values = new Map<string, readonly FieldValue[]>([
      ['ActiveOnly', [true]],
      ['Ref', [ref]],
      ['EarlyExit', [true]],
    ]);
    call.end(frame(writeMessage({ shape: historyRequest, values })));
  });
}
