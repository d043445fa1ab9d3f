import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { fromBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
  type DescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { beforeAll, describe, expect, it } from 'vitest';
import * as requests from '../../shared/policy/buildkit-messages.ts';
import * as graph from '../../shared/policy/llb-messages.ts';
import type { FieldShape, MessageShape } from '../../shared/policy/protobuf.ts';
import { isChosen } from '../../tests/support/test-engine.ts';
import { methodHandling } from './methods.ts';

const run = promisify(execFile);

// The engine carries the descriptors of its own messages: what the gateway believes of them is held against
// those.
const files = new Map<string, FileDescriptorProto>();
const types = new Map<string, DescriptorProto>();

beforeAll(async () => {
  const { stdout } = await run('sh', ['-c', 'command -v dockerd']);
  const program = stdout.trim();
  if (isChosen) {
    const version = await run(program, ['--version']);
    console.log(`engine under test: ${/\d+\.\d+\.\d+/.exec(version.stdout)?.[0] ?? version.stdout}`);
  }
  const binary = await readFile(program);
  for (const descriptor of [...compressed(binary), ...plain(binary)]) {
    const file = parsed(descriptor);
    if (file === null) continue;
    files.set(file.name, file);
    const add = (prefix: string, message: DescriptorProto) => {
      types.set(`${prefix}.${message.name}`, message);
      for (const inner of message.nestedType) add(`${prefix}.${message.name}`, inner);
    };
    for (const message of file.messageType) add(file.package === '' ? '' : `.${file.package}`, message);
  }
});

/** Null for what only begins like a descriptor. */
function parsed(bytes: Uint8Array): FileDescriptorProto | null {
  try {
    return fromBinary(FileDescriptorProtoSchema, bytes);
  } catch {
    return null;
  }
}

/** Descriptors as gogo's generator writes them, up to BuildKit 0.17: compressed. */
function* compressed(binary: Buffer): Generator<Uint8Array> {
  const magic = Buffer.from([0x1f, 0x8b, 8]);
  for (let at = binary.indexOf(magic); at >= 0; at = binary.indexOf(magic, at + 1)) {
    let unpacked: Buffer;
    try {
      unpacked = gunzipSync(binary.subarray(at, at + 65_536), { maxOutputLength: 1024 * 1024 });
    } catch {
      continue;
    }
    if (unpacked[0] === 0x0a && unpacked.subarray(0, 200).includes('.proto')) yield unpacked;
  }
}

/**
 * Descriptors as Google's generator writes them, in newer engines: as they are. They begin with the file's
 * name, and those of version 3 end with their syntax.
 */
function* plain(binary: Buffer): Generator<Uint8Array> {
  const suffix = Buffer.from('.proto\x12');
  const syntax = Buffer.from('b\x06proto3');
  for (let at = binary.indexOf(suffix); at >= 0; at = binary.indexOf(suffix, at + 1)) {
    const nameEnd = at + suffix.length - 1;
    const start = binary.lastIndexOf(0x0a, at);
    const end = binary.indexOf(syntax, at);
    if (start >= 0 && end >= 0 && binary[start + 1] === nameEnd - start - 2)
      yield binary.subarray(start, end + syntax.length);
  }
}

const scalar: Readonly<Partial<Record<Type, string>>> = {
  [Type.STRING]: 'string',
  [Type.BYTES]: 'bytes',
  [Type.BOOL]: 'bool',
  [Type.INT32]: 'int32',
  [Type.INT64]: 'int64',
  [Type.UINT32]: 'uint32',
  [Type.UINT64]: 'uint64',
  [Type.ENUM]: 'enum',
};

/** Differences between a shape and the engine's message, in everything the message has. */
function differences(shape: MessageShape, name: string, visited: Set<MessageShape>): string[] {
  if (visited.has(shape)) return [];
  visited.add(shape);
  const theirs = types.get(name);
  if (theirs === undefined) return [`${name}: the engine has no such message`];
  return theirs.field.flatMap((field) => {
    const ours = shape.fields[field.number];
    return ours === undefined
      ? [`${name}.${field.name} (${field.number}) is missing`]
      : fieldDifferences(ours, field, `${name}.${field.name}`, theirs, visited);
  });
}

function fieldDifferences(
  ours: FieldShape,
  field: FieldDescriptorProto,
  where: string,
  holder: DescriptorProto,
  visited: Set<MessageShape>,
): string[] {
  const found: string[] = [];
  const repeated = field.label === Label.REPEATED;
  const message = field.type === Type.MESSAGE ? types.get(field.typeName) : undefined;
  const isMap = message?.options?.mapEntry === true;
  if (ours.name !== field.name) found.push(`${where} is called ${ours.name} here`);
  if ((ours.repeat === 'map') !== isMap || (ours.repeat === 'list') !== (repeated && !isMap))
    found.push(`${where} is repeated otherwise`);
  const inOneof = field.proto3Optional ? undefined : holder.oneofDecl[field.oneofIndex]?.name;
  const isMember = Object.hasOwn(field, 'oneofIndex') && inOneof !== undefined;
  if ((ours.oneof !== undefined) !== isMember) found.push(`${where} is in a oneof otherwise`);
  const type = typeof ours.type === 'function' ? ours.type() : ours.type;
  if (typeof type !== 'object') {
    if (scalar[field.type] !== type) found.push(`${where} is not a ${type}`);
  } else if (field.type !== Type.MESSAGE) found.push(`${where} is not a message`);
  else found.push(...differences(type, field.typeName, visited));
  return found;
}

describe("the gateway's model of BuildKit", () => {
  it.each([
    ['.moby.buildkit.v1.SolveRequest', requests.solveRequest],
    ['.moby.buildkit.v1.BuildHistoryRequest', requests.historyRequest],
    ['.moby.buildkit.v1.frontend.SolveRequest', requests.bridgeSolveRequest],
    ['.moby.buildkit.v1.frontend.ResolveSourceMetaRequest', requests.resolveSourceRequest],
    ['.moby.buildkit.v1.frontend.ResolveImageConfigRequest', requests.resolveImageRequest],
    ['.moby.buildkit.v1.frontend.NewContainerRequest', requests.newContainerRequest],
    ['.moby.buildkit.v1.frontend.ExecMessage', requests.execMessage],
    ['.moby.buildkit.v1.frontend.ReturnRequest', requests.returnRequest],
    ['.moby.buildkit.v1.frontend.WarnRequest', requests.warnRequest],
    ['.pb.Op', graph.op],
  ])('has every field of %s, with number and type', (name, shape) => {
    expect(differences(shape, name, new Set())).toEqual([]);
  });

  it("knows every call of the engine's services", () => {
    const services = [...files.values()]
      .filter((file) => ['moby.buildkit.v1', 'moby.buildkit.v1.frontend'].includes(file.package))
      .flatMap((file) =>
        file.service.flatMap((service) =>
          service.method.map((method) => `/${file.package}.${service.name}/${method.name}`),
        ),
      );
    expect(services.length).toBeGreaterThan(20);
    expect(services.filter((method) => methodHandling(method) === null)).toEqual([]);
  });
});
