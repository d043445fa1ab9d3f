// The cells of `npm run test:matrix`: an engine, an image store and clients; what a run left of them, and
// where it ran.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { enginesIn, guestsIn, isAsNamed, resultOf, startOf } from './compatibility-results.mjs';
import { emptyRecord } from './compatibility-record.mjs';
import { cellStages, machineKey, machineSuites, runsIn, stores, suites } from './matrix-suites.mjs';
import { artifacts, repository } from './paths.mjs';

/** What the stages of `npm test` and `npm run test:matrix` leave for docs/compatibility.json. */
export const recordFile = path.join(artifacts, 'compatibility.json');

/**
 * Every engine with every store and every set of clients. `newer`: the directories of fetchNewerEngine, or
 * null where it can't be had.
 */
export function cells(newer) {
  const engines = [
    { kind: 'machine', directories: {} },
    ...(newer === null ? [] : [{ kind: 'newer', directories: newer }]),
  ].map((engine) => ({ ...engine, versions: versions(engine.directories) }));
  return engines.flatMap((engine) =>
    stores.flatMap((store) => engines.map((client) => makeCell(engine, store, client))),
  );
}

function makeCell(engine, store, client) {
  return {
    name: [engine.versions.engine.docker, store, client.versions.client.docker].join('/'),
    engine: engine.versions.engine,
    store,
    client: client.versions.client,
    isOwnClient: client === engine,
    stage: stageOf(engine.kind, store, client.kind),
    env: {
      BULKHEAD_TEST_STORE: store,
      ...(engine.kind === 'machine' ? {} : { BULKHEAD_TEST_ENGINE: engine.directories.engine }),
      ...(client.kind === 'machine' ? {} : { BULKHEAD_TEST_CLIENT: client.directories.client }),
    },
  };
}

/** The stage of `npm test` that runs suites in such a cell, or undefined. */
function stageOf(engine, store, client) {
  if (engine === 'machine' && store === 'overlay2' && client === 'machine') return 'engine';
  return cellStages.find(
    (stage) => stage.engine === engine && stage.store === store && stage.client === client,
  )?.name;
}

/** Upstream versions, as reported by the programs. */
function versions({ engine = '/', client = '/' }) {
  const of = (file, ...args) =>
    /\d+\.\d+\.\d+/.exec(execFileSync(file, args, { encoding: 'utf8' }))?.[0] ?? '?';
  const plugins = path.join(client, 'usr/libexec/docker/cli-plugins');
  return {
    engine: {
      docker: of(path.join(engine, 'usr/sbin/dockerd'), '--version'),
      containerd: of(path.join(engine, 'usr/bin/containerd'), '--version'),
      runc: of(path.join(engine, 'usr/sbin/runc'), '--version'),
    },
    client: {
      docker: of(path.join(client, 'usr/bin/docker'), '--version'),
      buildx: of(path.join(plugins, 'docker-buildx'), 'version'),
      compose: of(path.join(plugins, 'docker-compose'), 'version'),
    },
  };
}

const majorAndMinor = (version) => version.split('.').slice(0, 2).join('.');

/** The commit of this directory, with a `+` if it was changed since; the kernel and its cgroups. */
export function origin() {
  const ask = (program, ...args) =>
    execFileSync(program, args, { encoding: 'utf8', cwd: repository, stdio: ['ignore', 'pipe', 'ignore'] });
  const commit = () => {
    try {
      const written = ['docs/compatibility.json', 'docs/compatibility.md'].map((file) => `:!${file}`);
      const changes = ask('git', 'status', '--porcelain', '--', '.', ...written);
      return `${ask('git', 'rev-parse', '--short=8', 'HEAD').trim()}${changes === '' ? '' : '+'}`;
    } catch {
      return '?';
    }
  };
  const isV2 = ask('stat', '-f', '-c', '%T', '/sys/fs/cgroup').trim() === 'cgroup2fs';
  return {
    commit: commit(),
    kernel: majorAndMinor(os.release()),
    machine: [
      process.arch,
      `cgroup ${isV2 ? 'v2' : 'v1'}`,
      `the engines' data on ${ask('df', '--output=fstype', '/tmp').trim().split('\n').at(-1)}`,
    ].join(', '),
  };
}

/** The texts of a stage's report and log, or null where it left none. */
function outputOf(name) {
  const [report, log] = ['json', 'log'].map((ending) => path.join(artifacts, `${name}.${ending}`));
  return existsSync(report) && existsSync(log)
    ? { report: readFileSync(report, 'utf8'), log: readFileSync(log, 'utf8') }
    : null;
}

/**
 * What a stage left of a suite in a cell, or null: it must have run on the cell's engine with the cell's
 * clients.
 */
export function resultIn(stage, cell, suite) {
  const output = outputOf(stage);
  if (output === null) return null;
  const engines = enginesIn(output.log);
  // The engine stage names none: no variable chose another than the machine's.
  if (stage === 'engine' ? engines.length > 0 : !isAsNamed(cell, engines)) return null;
  const result = resultOf(output.report, suite.file);
  return result === null ? null : { ...result, date: startOf(output.report) };
}

/** The record of what the named stages left: `stages` of `npm test` that ran, on these cells. */
export function recordOfStages(stages, all, from) {
  const record = emptyRecord();
  for (const cell of all.filter(({ stage }) => stages.includes(stage)))
    for (const suite of suites.filter((each) => runsIn(each, cell)))
      addResult(record, cell, suite, resultIn(cell.stage, cell, suite), from);
  if (stages.includes('engine')) addEngineStage(record, all, from);
  if (stages.includes('machine')) addGuests(record, from);
  return record;
}

export function addResult(record, cell, suite, result, { commit, kernel }) {
  if (result === null) return;
  const { docker: engine, ...engineParts } = cell.engine;
  const { docker: client, ...clientParts } = cell.client;
  record.engines[engine] = engineParts;
  record.clients[client] = clientParts;
  record.cells[cell.name] = { ...record.cells[cell.name], [suite.name]: { ...result, commit, kernel } };
}

/** All engine tests of this machine, if they ran as a whole. */
function addEngineStage(record, all, { commit, kernel, machine }) {
  const output = outputOf('engine');
  const engine = all.find(({ stage }) => stage === 'engine')?.engine;
  if (output === null || engine === undefined || enginesIn(output.log).length > 0) return;
  if (!suites.every(({ file }) => resultOf(output.report, file) !== null)) return;
  record.kernels.engine = {
    kernel,
    machine,
    ...engine,
    ...resultOf(output.report),
    date: startOf(output.report),
    commit,
  };
}

function addGuests(record, { commit }) {
  const output = outputOf('machine');
  if (output === null) return;
  const guests = guestsIn(output.log);
  for (const suite of machineSuites) {
    const result = resultOf(output.report, suite.file);
    const guest = guests.find(({ file, kind }) => file === suite.file && kind === suite.kind);
    if (result === null || guest === undefined) continue;
    const { kernel, systemd, ...engine } = guest.versions;
    record.kernels[machineKey(suite)] = {
      kernel: majorAndMinor(kernel),
      machine: `${process.arch}, cgroup v2, systemd ${systemd}`,
      ...engine,
      ...result,
      date: startOf(output.report),
      commit,
    };
  }
}
