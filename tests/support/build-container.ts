import { createHash, randomBytes } from 'node:crypto';
import type { ClientHttp2Stream } from 'node:http2';
import { frame } from '../../shared/grpc/frames.ts';
import {
  bridgeSolveRequest,
  execMessage,
  newContainerRequest,
  solveRequest,
} from '../../shared/policy/buildkit-messages.ts';
import { op } from '../../shared/policy/llb-messages.ts';
import { encoded } from '../../shared/policy/protobuf-plain.ts';
import type { GrpcClient } from './grpc-client.ts';

const bridge = '/moby.buildkit.v1.frontend.LLBBridge';

/** A container in a build that a client drives itself, like `buildx debug`. */
export interface BuildContainer {
  /**
   * Starts a process in it; resolves with its output once it has printed `ran in`, was refused, or has ended.
   */
  run(script: string): Promise<string>;
  /** Ends the build, and with it the container. */
  end(): Promise<void>;
}

/** An id as BuildKit's are. Each names a cgroup of the machine, where engines of other tests have theirs. */
export const buildContainerId = (): string =>
  `k${BigInt(`0x${randomBytes(20).toString('hex')}`)
    .toString(36)
    .slice(0, 24)
    .padStart(24, '0')}`;

/** Creates a container of busybox in a build of its own. `containerId` is its id for BuildKit. */
export async function makeBuildContainer(
  client: GrpcClient,
  containerId: string,
  ref: string,
): Promise<BuildContainer> {
  const image = {
    identifier: 'docker-image://docker.io/library/busybox:latest',
    attrs: { 'image.resolvemode': 'local' },
  };
  const base = encoded(op, { source: image });
  const result = encoded(op, {
    inputs: [{ digest: `sha256:${createHash('sha256').update(base).digest('hex')}` }],
  });
  const metadata = { 'buildkit-controlapi-buildid': ref };
  const build = client.open('/moby.buildkit.v1.Control/Solve');
  build.stream.end(frame(encoded(solveRequest, { Ref: ref })));
  const request = {
    Definition: { def: [base, result] },
    allowResultReturn: true,
    allowResultArrayRef: true,
    Evaluate: true,
  };
  const solved = await client.call(`${bridge}/Solve`, encoded(bridgeSolveRequest, request), metadata);
  const resultID = /[a-z0-9]{25}/.exec(Buffer.from(solved.messages[0] ?? []).toString('latin1'))?.[0] ?? '';
  const container = { ContainerID: containerId, Mounts: [{ dest: '/', resultID }] };
  await client.call(`${bridge}/NewContainer`, encoded(newContainerRequest, container), metadata);
  let processes = 0;
  return {
    run(script) {
      const ProcessID = `process${processes++}`;
      const { stream } = client.open(`${bridge}/ExecProcess`, metadata);
      const Meta = { args: ['/bin/sh', '-c', script], env: ['PATH=/bin'], cwd: '/' };
      stream.write(
        frame(encoded(execMessage, { ProcessID, Init: { ContainerID: containerId, Meta, Fds: [1, 2] } })),
      );
      return outputOf(stream, ProcessID);
    },
    async end() {
      build.stream.close();
      await build.result;
    },
  };
}

/** The call itself stays open after its last message, until the build ends. */
function outputOf(stream: ClientHttp2Stream, process: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (part: Buffer) => {
      text += part.toString('latin1');
      if (['ran in', 'bulkhead:', `${process}:\0`].some((end) => text.includes(end))) resolve(text);
    });
    stream.once('close', () => {
      resolve(text);
    });
  });
}
