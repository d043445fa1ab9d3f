import { createHash } from 'node:crypto';
import { frame } from '../../../shared/grpc/frames.ts';
import { bridgeSolveRequest } from '../../../shared/policy/buildkit-messages.ts';
import { op } from '../../../shared/policy/llb-messages.ts';
import { encoded } from '../../../shared/policy/protobuf-plain.ts';
import { archive } from '../attempt.ts';

/**
 * A frontend is an image that BuildKit runs to make steps out of a Dockerfile. It asks BuildKit for them over its
 * input and output, inside the daemon: no gateway reads along. This one asks for a download whose file name leads
 * out of BuildKit's directory.
 */

/** The frontend's build context, as an archive: what is at `url` is to be written to `file` of the machine. */
export function frontendContext(url: string, file: string): Buffer {
  const call = callBytes('/moby.buildkit.v1.frontend.LLBBridge/Solve', download(url, file));
  // Its call, and then until the answer to it has begun: it comes after 61 bytes of settings.
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
    Definition: { def: [source, result] }, allowResultReturn: true, allowResultArrayRef: true, Evaluate: true,
  });
}

/** What a client of HTTP/2 sends for one call of gRPC's, without waiting for anything (RFC 9113, RFC 7541). */
function callBytes(path: string, message: Uint8Array): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);
  const field = (name: string, value: string) => Buffer.concat([Buffer.of(0), text(name), text(value)]);
  const [methodPost, schemeHttp] = [0x83, 0x86];
  const head = Buffer.concat([
    Buffer.of(methodPost, schemeHttp), field(':path', path), field(':authority', 'x'),
    field('content-type', 'application/grpc'), field('te', 'trailers'),
  ]);
  const part = (type: number, flags: number, stream: number, content: Uint8Array) => {
    const prefix = Buffer.alloc(9);
    prefix.writeUIntBE(content.length, 0, 3);
    prefix.writeUInt8(type, 3);
    prefix.writeUInt8(flags, 4);
    prefix.writeUInt32BE(stream, 5);
    return Buffer.concat([prefix, content]);
  };
  const [data, headers, settings] = [0, 1, 4];
  const [endStream, endHeaders] = [1, 4];
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), part(settings, 0, 0, Buffer.alloc(0)),
    part(headers, endHeaders, 1, head), part(data, endStream, 1, frame(message)),
  ]);
}
