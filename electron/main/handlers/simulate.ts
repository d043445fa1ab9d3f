import { readFile, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { dialog } from 'electron';
import { maxComposeLength } from '../../../shared/explain/input-limits.ts';
import type { Simulation, SimulationInput } from '../../../shared/explain/simulation.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { effectiveSettings } from '../../../shared/settings/index.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import { readAppliedPolicy } from '../../session/applied-policy.ts';
import type { Session } from '../../session/session.ts';
import { message } from '../../../shared/messages/message.ts';
import type { HandlerContext } from './context.ts';

type SimulateHandlers = Pick<Handlers, 'simulate:run' | 'simulate:cancel' | 'simulate:open-compose'>;

/** A registry that does not respond must not block a window. */
const timeoutMs = 30_000;

/**
 * The Simulator: one run at a time, the newest wins. It runs as the app's user, with that user's access to
 * the engine.
 */
export const simulateHandlers = ({ window }: HandlerContext): SimulateHandlers => {
  let running: AbortController | null = null;
  return {
    'simulate:run': async (input, session) => {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      try {
        return await simulate(session, input, mine.signal);
      } finally {
        if (running === mine) running = null;
      }
    },
    'simulate:cancel': () => {
      running?.abort();
      return ok(undefined);
    },
    'simulate:open-compose': async () => {
      const w = window();
      const options = {
        properties: ['openFile' as const, 'dontAddToRecent' as const],
        filters: [
          { name: 'Compose', extensions: ['yaml', 'yml'] },
          { name: '*', extensions: ['*'] },
        ],
      };
      const picked =
        w === undefined ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(w, options);
      const file = picked.filePaths[0];
      return picked.canceled || file === undefined ? ok(null) : readCompose(file);
    },
  };
};

async function simulate(
  session: Session,
  input: SimulationInput,
  signal: AbortSignal,
): Promise<Result<Simulation, AppError>> {
  const { state, target } = session;
  const { appliedVersion, appliedHash, draft, policyFacts } = state.get().settings;
  const isRetained = policyFacts.recorded !== null && policyFacts.recorded.hash !== appliedHash;
  const settings = input.against === 'applied' ? await readAppliedPolicy(session) : effectiveSettings(draft);
  if (!settings.ok) return settings;
  const begun = performance.now();
  const paths = { ...target.paths, clientSocket: state.get().engine.socket };
  const { findReachableEngine } = await import('../../../gateway/explain/reachable-engine.ts');
  const context = {
    settings: settings.value,
    engineSocket: await findReachableEngine(paths),
    clientSocket: paths.clientSocket,
    engineSockets: [paths.engineSocket, paths.clientSocket],
    engineDirectories: paths.directories,
    stateDirectory: paths.root,
    signal,
    timeoutMs,
  };
  const { simulateCommand, simulateCompose } = await import('../../../gateway/explain/simulate.ts');
  const home = os.homedir();
  const simulated =
    input.kind === 'command'
      ? await simulateCommand(input.text, home, context)
      : await simulateCompose(input.text, input.file === null ? home : path.dirname(input.file), context);
  if (!simulated.ok) return simulated;
  return ok({
    at: new Date().toISOString(),
    durationMs: Math.round(performance.now() - begun),
    against: input.against,
    version: isRetained ? (policyFacts.recordedVersion ?? appliedVersion) : appliedVersion,
    ...simulated.value,
  });
}

async function readCompose(file: string): Promise<Result<{ path: string; text: string }, AppError>> {
  try {
    const info = await stat(file);
    if (!info.isFile()) return fail('input.unusable', message('app.not-a-file', { file }));
    if (info.size > maxComposeLength)
      return fail('input.unusable', message('cli.compose-file-too-large', { file }), {
        reason: message('app.file-too-large', { count: info.size, maxComposeLength }),
      });
    return ok({ path: file, text: await readFile(file, 'utf8') });
  } catch (error) {
    return fail('input.unusable', message('cli.file-unreadable', { file }), { cause: error });
  }
}
