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
import { methodHandling } from './methods.ts';

// The engine carries the descriptors of its own messages: what the gateway believes of them is held against
// those.
const files = new Map<string, FileDescriptorProto>();
const types = new Map<string, DescriptorProto>();

beforeAll(async () => {
  const { stdout } = await promisify(execFile)('sh', ['-c', 'command -v dockerd']);
  const binary = await readFile(stdout.trim());
  const magic = Buffer.from([0x1f, 0x8b, 8]);
  for (let at = binary.indexOf(magic); at >= 0; at = binary.indexOf(magic, at + 1)) {
    let unpacked: Buffer;
    try {
      unpacked = gunzipSync(binary.subarray(at, at + 65_536), { maxOutputLength: 1024 * 1024 });
    } catch {
      continue;
    }
    if (unpacked[0] !== 0x0a || !unpacked.subarray(0, 200).includes('.proto')) continue;
    const file = fromBinary(FileDescriptorProtoSchema, unpacked);
    files.set(file.name, file);
    const add = (prefix: string, message: DescriptorProto) => {
      types.set(`${prefix}.${message.name}`, message);
      for (const inner of message.nestedType) add(`${prefix}.${message.name}`, inner);
    };
    for (const message of file.messageType) add(file.package === '' ? '' : `.${file.package}`, message);
  }
});

const scalar: Readonly<Partial<Record<Type, string>>> = {
  [Type.STRING]: 'string',
  [Type.BYTES]: 'bytes',
  [Type.BOOL]: 'bool',
  [Type.INT32]: 'int32',
  [Type.INT64]: 'int64',
  [Type.UINT32]: 'uint32',
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
    const services = ['control.proto', 'gateway.proto'].flatMap((name) => {
      const file = files.get(name);
      return file === undefined
        ? []
        : file.service.flatMap((service) =>
            service.method.map((method) => `/${file.package}.${service.name}/${method.name}`),
          );
    });
    expect(services.length).toBeGreaterThan(20);
    expect(services.filter((method) => methodHandling(method) === null)).toEqual([]);
  });
});
