/**
 * Requests of BuildKit's gRPC services that determine what a build does (api/services/control/control.proto,
 * frontend/gateway/pb/gateway.proto).
 */
import {
  definition,
  hostIp,
  list,
  map,
  message,
  meta,
  mount,
  one,
  platform,
  range,
  secretEnv,
  sourceInfo,
  sourceOp,
  sourcePolicy,
  workerConstraints,
} from './llb-messages.ts';
import type { MessageShape } from './protobuf.ts';

const control = (name: string, fields: MessageShape['fields']) => message(`moby.buildkit.v1.${name}`, fields);
const gateway = (name: string, fields: MessageShape['fields']) =>
  message(`moby.buildkit.v1.frontend.${name}`, fields);

const cacheEntry = control('CacheOptionsEntry', { 1: one('Type'), 2: map('Attrs') });
const exporter = control('Exporter', { 1: one('Type'), 2: map('Attrs') });

/** Control.Solve: starts a build. */
export const solveRequest = control('SolveRequest', {
  1: one('Ref'),
  2: one('Definition', definition),
  3: one('ExporterDeprecated'),
  4: map('ExporterAttrsDeprecated'),
  5: one('Session'),
  6: one('Frontend'),
  7: map('FrontendAttrs'),
  8: one(
    'Cache',
    control('CacheOptions', {
      1: one('ExportRefDeprecated'),
      2: list('ImportRefsDeprecated'),
      3: map('ExportAttrsDeprecated'),
      4: list('Exports', cacheEntry),
      5: list('Imports', cacheEntry),
    }),
  ),
  9: list('Entitlements'),
  10: map('FrontendInputs', definition),
  11: one('Internal', 'bool'),
  12: one('SourcePolicy', sourcePolicy),
  13: list('Exporters', exporter),
  14: one('EnableSessionExporter', 'bool'),
  15: one('SourcePolicySession'),
  16: one('CompatibilityVersion', 'int64'),
  17: one('ProxyNetwork', 'bool'),
});

/** Control.Status: progress and output of a build, identified by its name. */
export const statusRequest = control('StatusRequest', { 1: one('Ref') });

/** Control.ListenBuildHistory: the gateway requests builds that are under way. */
export const historyRequest = control('BuildHistoryRequest', {
  1: one('ActiveOnly', 'bool'),
  2: one('Ref'),
  3: one('EarlyExit', 'bool'),
  4: list('Filter'),
  5: one('Limit', 'int32'),
});

/** LLBBridge.Solve: requests of a client that drives its build itself (as buildx does), step by step. */
export const bridgeSolveRequest = gateway('SolveRequest', {
  1: one('Definition', definition),
  2: one('Frontend'),
  3: map('FrontendOpt'),
  4: list('ImportCacheRefs'),
  5: one('allowResultReturn', 'bool'),
  6: one('allowResultArrayRef', 'bool'),
  10: one('Final', 'bool'),
  11: one('ExporterAttr', 'bytes'),
  12: list('CacheImports', gateway('CacheOptionsEntry', { 1: one('Type'), 2: map('Attrs') })),
  13: map('FrontendInputs', definition),
  14: one('Evaluate', 'bool'),
  15: list('SourcePolicies', sourcePolicy),
});

/** LLBBridge.ResolveSourceMeta and ResolveImageConfig: look a source up. */
export const resolveSourceRequest = gateway('ResolveSourceMetaRequest', {
  1: one('Source', sourceOp),
  2: one('Platform', platform),
  3: one('LogName'),
  4: one('ResolveMode'),
  5: one('Git', gateway('ResolveSourceGitRequest', { 1: one('ReturnObject', 'bool') })),
  6: one(
    'Image',
    gateway('ResolveSourceImageRequest', { 1: one('NoConfig', 'bool'), 2: one('AttestationChain', 'bool') }),
  ),
  8: list('SourcePolicies', sourcePolicy),
});
export const resolveImageRequest = gateway('ResolveImageConfigRequest', {
  1: one('Ref'),
  2: one('Platform', platform),
  3: one('ResolveMode'),
  4: one('LogName'),
  5: one('ResolverType', 'int32'),
  6: one('SessionID'),
  7: one('StoreID'),
  8: list('SourcePolicies', sourcePolicy),
});

/** LLBBridge.NewContainer: a container of the client's own in the build (`buildx debug`, `RUN` on error). */
export const newContainerRequest = gateway('NewContainerRequest', {
  1: one('ContainerID'),
  2: list('Mounts', mount),
  3: one('Network', 'enum'),
  4: one('platform', platform),
  5: one('constraints', workerConstraints),
  6: list('extraHosts', hostIp),
  7: one('hostname'),
});

const status = message('google.rpc.Status', {
  1: one('code', 'int32'),
  2: one('message'),
  3: list('details', message('google.protobuf.Any', { 1: one('type_url'), 2: one('value', 'bytes') })),
});
/** The content of a failed call's `grpc-status-details-bin`. */
export const rpcStatus = status;

/** LLBBridge.ExecProcess: a stream of these; `Init` starts a process. */
export const execMessage = gateway('ExecMessage', {
  1: one('ProcessID'),
  2: one(
    'Init',
    gateway('InitMessage', {
      1: one('ContainerID'),
      2: one('Meta', meta),
      3: list('Fds', 'uint32'),
      4: one('Tty', 'bool'),
      5: one('Security', 'enum'),
      6: list('secretenv', secretEnv),
    }),
    'input',
  ),
  3: one(
    'File',
    gateway('FdMessage', { 1: one('Fd', 'uint32'), 2: one('EOF', 'bool'), 3: one('Data', 'bytes') }),
    'input',
  ),
  4: one('Resize', gateway('ResizeMessage', { 1: one('Rows', 'uint32'), 2: one('Cols', 'uint32') }), 'input'),
  5: one('Started', gateway('StartedMessage', {}), 'input'),
  6: one('Exit', gateway('ExitMessage', { 1: one('Code', 'uint32'), 2: one('Error', status) }), 'input'),
  7: one('Done', gateway('DoneMessage', {}), 'input'),
  8: one('Signal', gateway('SignalMessage', { 1: one('Name') }), 'input'),
});

const ref = gateway('Ref', { 1: one('id'), 2: one('def', definition) });
const attestation = gateway('Attestation', {
  1: one('kind', 'enum'),
  2: map('metadata', 'bytes'),
  3: one('ref', ref),
  4: one('path'),
  5: one('inTotoPredicateType'),
  6: list(
    'inTotoSubjects',
    gateway('InTotoSubject', { 1: one('kind', 'enum'), 2: list('digest'), 3: one('name') }),
  ),
});
/** LLBBridge.Return: the result of a build that the client drove. */
export const returnRequest = gateway('ReturnRequest', {
  1: one(
    'result',
    gateway('Result', {
      1: one('refDeprecated', 'string', 'result'),
      2: one('refsDeprecated', gateway('RefMapDeprecated', { 1: map('refs') }), 'result'),
      3: one('ref', ref, 'result'),
      4: one('refs', gateway('RefMap', { 1: map('refs', ref) }), 'result'),
      10: map('metadata', 'bytes'),
      12: map('attestations', gateway('Attestations', { 1: list('attestation', attestation) })),
    }),
  ),
  2: one('error', status),
});

/** LLBBridge.Warn. */
export const warnRequest = gateway('WarnRequest', {
  1: one('digest'),
  2: one('level', 'int64'),
  3: one('short', 'bytes'),
  4: list('detail', 'bytes'),
  5: one('url'),
  6: one('info', sourceInfo),
  7: list('ranges', range),
});
