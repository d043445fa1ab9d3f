/**
 * LLB (package `pb`): the graph that a build executes, and the build source policy. Names and numbers as
 * published by BuildKit (solver/pb/ops.proto, sourcepolicy/pb/policy.proto), up to BuildKit 0.32; an engine
 * test compares them with the engine's own. What a newer client sends beyond them is refused by name and
 * number.
 */
import type { FieldShape, FieldType, MessageShape } from './protobuf.ts';

// Abbreviations for these tables only.
export const one = (name: string, type: FieldType = 'string', oneof?: string): FieldShape => ({
  name,
  type,
  ...(oneof === undefined ? {} : { oneof }),
});
export const list = (name: string, type: FieldType = 'string'): FieldShape => ({
  name,
  type,
  repeat: 'list',
});
/** A map whose keys are strings. */
export const map = (name: string, value: FieldType = 'string'): FieldShape => ({
  name,
  repeat: 'map',
  type: { name: `entry of ${name}`, fields: { 1: one('key'), 2: one('value', value) } },
});
export const message = (name: string, fields: MessageShape['fields']): MessageShape => ({ name, fields });
const pb = (name: string, fields: MessageShape['fields']) => message(`pb.${name}`, fields);

export const platform = pb('Platform', {
  1: one('Architecture'),
  2: one('OS'),
  3: one('Variant'),
  4: one('OSVersion'),
  5: list('OSFeatures'),
});
export const hostIp = pb('HostIP', { 1: one('Host'), 2: one('IP') });
export const secretEnv = pb('SecretEnv', { 1: one('ID'), 2: one('name'), 3: one('optional', 'bool') });
export const workerConstraints = pb('WorkerConstraints', { 1: list('filter') });

/** Network of a step: 0 sandbox, 1 the engine's own, 2 none. */
export const netModes = { sandbox: 0n, host: 1n, none: 2n } as const;
/** Security of a step: 0 sandbox, 1 privileged. */
export const securityModes = { sandbox: 0n, insecure: 1n } as const;

export const meta = pb('Meta', {
  1: list('args'),
  2: list('env'),
  3: one('cwd'),
  4: one('user'),
  5: one(
    'proxy_env',
    pb('ProxyEnv', {
      1: one('http_proxy'),
      2: one('https_proxy'),
      3: one('ftp_proxy'),
      4: one('no_proxy'),
      5: one('all_proxy'),
    }),
  ),
  6: list('extraHosts', hostIp),
  7: one('hostname'),
  9: list('ulimit', pb('Ulimit', { 1: one('Name'), 2: one('Soft', 'int64'), 3: one('Hard', 'int64') })),
  10: one('cgroupParent'),
  11: one('removeMountStubsRecursive', 'bool'),
  12: list('validExitCodes', 'int32'),
});

const ownedFile = {
  1: one('ID'),
  2: one('uid', 'uint32'),
  3: one('gid', 'uint32'),
  4: one('mode', 'uint32'),
  5: one('optional', 'bool'),
};
export const mount = pb('Mount', {
  1: one('input', 'int64'),
  2: one('selector'),
  3: one('dest'),
  4: one('output', 'int64'),
  5: one('readonly', 'bool'),
  6: one('mountType', 'enum'),
  19: one('TmpfsOpt', pb('TmpfsOpt', { 1: one('size', 'int64') })),
  20: one('cacheOpt', pb('CacheOpt', { 1: one('ID'), 2: one('sharing', 'enum') })),
  21: one('secretOpt', pb('SecretOpt', ownedFile)),
  22: one('SSHOpt', pb('SSHOpt', ownedFile)),
  23: one('resultID'),
  24: one('contentCache', 'enum'),
});

const execOp = pb('ExecOp', {
  1: one('meta', meta),
  2: list('mounts', mount),
  3: one('network', 'enum'),
  4: one('security', 'enum'),
  5: list('secretenv', secretEnv),
  6: list('cdiDevices', pb('CDIDevice', { 1: one('name'), 2: one('optional', 'bool') })),
});
export const sourceOp = pb('SourceOp', { 1: one('identifier'), 2: map('attrs') });
const input = (name: string) => pb(name, { 1: one('input', 'int64') });
const buildOp = pb('BuildOp', {
  1: one('builder', 'int64'),
  2: map('inputs', input('BuildInput')),
  3: one('def', () => definition),
  4: map('attrs'),
});

const userOpt = pb('UserOpt', {
  1: one('byName', pb('NamedUserOpt', { 1: one('name'), 2: one('input', 'int64') }), 'user'),
  2: one('byID', 'uint32', 'user'),
});
const chownOpt = pb('ChownOpt', { 1: one('user', userOpt), 2: one('group', userOpt) });
const fileAction = pb('FileAction', {
  1: one('input', 'int64'),
  2: one('secondaryInput', 'int64'),
  3: one('output', 'int64'),
  4: one(
    'copy',
    pb('FileActionCopy', {
      1: one('src'),
      2: one('dest'),
      3: one('owner', chownOpt),
      4: one('mode', 'int32'),
      5: one('followSymlink', 'bool'),
      6: one('dirCopyContents', 'bool'),
      7: one('attemptUnpackDockerCompatibility', 'bool'),
      8: one('createDestPath', 'bool'),
      9: one('allowWildcard', 'bool'),
      10: one('allowEmptyWildcard', 'bool'),
      11: one('timestamp', 'int64'),
      12: list('include_patterns'),
      13: list('exclude_patterns'),
      14: one('alwaysReplaceExistingDestPaths', 'bool'),
      15: one('modeStr'),
      16: list('required_paths'),
    }),
    'action',
  ),
  5: one(
    'mkfile',
    pb('FileActionMkFile', {
      1: one('path'),
      2: one('mode', 'int32'),
      3: one('data', 'bytes'),
      4: one('owner', chownOpt),
      5: one('timestamp', 'int64'),
    }),
    'action',
  ),
  6: one(
    'mkdir',
    pb('FileActionMkDir', {
      1: one('path'),
      2: one('mode', 'int32'),
      3: one('makeParents', 'bool'),
      4: one('owner', chownOpt),
      5: one('timestamp', 'int64'),
    }),
    'action',
  ),
  7: one(
    'rm',
    pb('FileActionRm', { 1: one('path'), 2: one('allowNotFound', 'bool'), 3: one('allowWildcard', 'bool') }),
    'action',
  ),
  8: one(
    'symlink',
    pb('FileActionSymlink', {
      1: one('oldpath'),
      2: one('newpath'),
      3: one('owner', chownOpt),
      4: one('timestamp', 'int64'),
    }),
    'action',
  ),
});

/** One step of the graph. */
export const op = pb('Op', {
  1: list('inputs', pb('Input', { 1: one('digest'), 2: one('index', 'int64') })),
  2: one('exec', execOp, 'op'),
  3: one('source', sourceOp, 'op'),
  4: one('file', pb('FileOp', { 2: list('actions', fileAction) }), 'op'),
  5: one('build', buildOp, 'op'),
  6: one('merge', pb('MergeOp', { 1: list('inputs', input('MergeInput')) }), 'op'),
  7: one(
    'diff',
    pb('DiffOp', { 1: one('lower', input('LowerDiffInput')), 2: one('upper', input('UpperDiffInput')) }),
    'op',
  ),
  // Some results of other steps, passed on as they are.
  8: one('passthrough', pb('PassthroughOp', { 1: one('id'), 2: list('outputs', 'int64') }), 'op'),
  10: one('platform', platform),
  11: one('constraints', workerConstraints),
});

const position = pb('Position', { 1: one('line', 'int32'), 2: one('character', 'int32') });
export const range = pb('Range', { 1: one('start', position), 2: one('end', position) });
/** A file that the steps come from; its definition contains its source, for error messages. */
export const sourceInfo = pb('SourceInfo', {
  1: one('filename'),
  2: one('data', 'bytes'),
  3: one('definition', () => definition),
  4: one('language'),
});
const source = pb('Source', {
  1: map(
    'locations',
    pb('Locations', {
      1: list('locations', pb('Location', { 1: one('sourceIndex', 'int32'), 2: list('ranges', range) })),
    }),
  ),
  2: list('infos', sourceInfo),
});
/** Limits of a step, as of a container; they never exceed those of its parent cgroup. */
const linuxResources = pb('LinuxResources', {
  1: one('memory', 'int64'),
  2: one('memorySwap', 'int64'),
  3: one('cpuShares', 'uint64'),
  4: one('cpuPeriod', 'uint64'),
  5: one('cpuQuota', 'int64'),
  6: one('cpusetCpus'),
  7: one('cpusetMems'),
});
const opMetadata = pb('OpMetadata', {
  1: one('ignore_cache', 'bool'),
  2: map('description'),
  4: one('export_cache', pb('ExportCache', { 1: one('Value', 'bool') })),
  5: map('caps', 'bool'),
  6: one('progress_group', pb('ProgressGroup', { 1: one('id'), 2: one('name'), 3: one('weak', 'bool') })),
  7: one('linux_resources', linuxResources),
});
/** The graph: every entry of `def` is an encoded `Op`, identified by the digest of its bytes. */
export const definition: MessageShape = pb('Definition', {
  1: list('def', 'bytes'),
  2: map('metadata', opMetadata),
  3: one('Source', source),
});

/** Rules that deny or replace sources of a build. */
export const sourcePolicy = message('moby.buildkit.v1.sourcepolicy.Policy', {
  1: one('version', 'int64'),
  2: list(
    'rules',
    message('moby.buildkit.v1.sourcepolicy.Rule', {
      1: one('action', 'enum'),
      2: one(
        'selector',
        message('moby.buildkit.v1.sourcepolicy.Selector', {
          1: one('identifier'),
          2: one('match_type', 'enum'),
          3: list(
            'constraints',
            message('moby.buildkit.v1.sourcepolicy.AttrConstraint', {
              1: one('key'),
              2: one('value'),
              3: one('condition', 'enum'),
            }),
          ),
        }),
      ),
      3: one(
        'updates',
        message('moby.buildkit.v1.sourcepolicy.Update', { 1: one('identifier'), 2: map('attrs') }),
      ),
    }),
  ),
});
