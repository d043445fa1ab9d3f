import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { describeStep } from '../../cli/plan-text.ts';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import type { ApplyStep } from '../../shared/apply/steps.ts';
import { ok } from '../../shared/result.ts';
import { sha256 } from '../base/files.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { container, engineFile, fixturePorts, settingsText } from './apply-fixture.ts';
import { startApply } from './apply.ts';
import type { ApplyRequest } from './admission.ts';
import { resumeDecision } from './due-steps.ts';
import { readJournal, type Journal } from './journal.ts';
import { makePlan } from './plan.ts';
import type { StepModule } from './steps/step.ts';

const dummy = vi.hoisted(() => ({ fails: false, runs: 0 }));

/** An entry and a module, in the two lists; no other code refers to the step. */
vi.mock('../../shared/apply/steps.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../shared/apply/steps.ts')>();
  const { 'clean-up': cleanUp, recreate, ...others } = real.applyStepTable;
  const entry = { name: 'Dummy step', changes: 'engine', reversible: true };
  const applyStepTable = { ...others, dummy: entry, 'clean-up': cleanUp, recreate };
  const applySteps = Object.keys(applyStepTable);
  return {
    applyStepTable,
    applySteps,
    orderSteps: () => applySteps,
    shownSteps: () => applySteps.filter((step) => step !== 'reload-engine'),
  };
});
vi.mock('./steps/index.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('./steps/index.ts')>();
  const module: StepModule = {
    id: 'dummy' as ApplyStep, // an id that is not in the types
    isDue: ({ eciAfter }) => eciAfter,
    estimate: { defaultMs: 1_000_000 },
    run: () => {
      dummy.runs += 1;
      return Promise.resolve(
        dummy.fails
          ? { ok: false as const, error: { code: 'internal' as const, message: 'made to fail' } }
          : ok({ detail: 'dummy detail' }),
      );
    },
  };
  const modules: readonly (StepModule | undefined)[] = real.stepModules;
  return { stepModules: modules.map((known) => known ?? module) };
});

let root: string;
let paths: RootPaths;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-dummy-step-');
  paths = rootPaths(root);
  Object.assign(dummy, { fails: false, runs: 0 });
  await writeFile(paths.settings, settingsText(false));
  await writeFile(paths.daemonJson, '{}\n');
  await writeFile(engineFile(paths), '{}\n');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const request = (): ApplyRequest => ({
  text: settingsText(true),
  choices: keepAllContainers,
  baseHash: sha256(settingsText(false)),
});

async function apply(journals: Journal[] = []) {
  const onCheckpoint = async (point: string): Promise<void> => {
    if (!point.startsWith('dummy')) return;
    const journal = await readJournal(paths.journal);
    if (journal !== null && journal !== 'damaged') journals.push(journal);
  };
  const ports = fixturePorts(root, { onCheckpoint, containers: [container()] });
  const started = await startApply(ports, request(), () => undefined);
  if (!started.ok) throw new Error(started.error.message);
  return started.value.done;
}

describe('a step that was added to the two lists', () => {
  test('is part of the plan and its estimate', async () => {
    const facts = await fixturePorts(root, {}).facts(settingsText(true));
    if (!facts.ok) throw new Error(facts.error.message);
    const plan = makePlan(facts.value, settingsText(true), keepAllContainers);
    expect(plan.estimatedSeconds).toBeGreaterThan(1000);
  });

  test('runs at its place, in the journal before and after, and in history', async () => {
    const journals: Journal[] = [];
    const run = await apply(journals);
    expect(dummy.runs).toBe(1);
    expect(run.outcome).toMatchObject({ kind: 'applied' });
    expect(run.steps.map(({ step }) => step).slice(-4)).toEqual(['verify', 'dummy', 'clean-up', 'recreate']);
    expect(run.steps.find(({ step }) => String(step) === 'dummy')).toMatchObject({
      state: 'done',
      detail: 'dummy detail',
    });
    expect(journals.map(({ step, stepState }) => `${step} ${stepState}`)).toEqual([
      'dummy begun',
      'dummy done',
    ]);
  });

  test('rolls everything back if it fails', async () => {
    dummy.fails = true;
    const run = await apply();
    expect(run.outcome).toMatchObject({ kind: 'rolled-back', failedStep: 'dummy' });
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(false));
    expect(await readFile(engineFile(paths), 'utf8')).toBe('{}\n');
  });

  test('counts in the decision about an interrupted apply', async () => {
    const journals: Journal[] = [];
    await apply(journals);
    const [begun, done] = journals;
    if (begun === undefined || done === undefined) throw new Error('the step was not in the journal');
    expect(resumeDecision({ ...begun, step: 'verify', stepState: 'done' })).toBe('roll-back');
    expect(resumeDecision(begun)).toBe('roll-back');
    expect(resumeDecision(done)).toBe('finish');
  });

  test('has its name on the command line', () => {
    const status = { state: 'done', startedAt: null, durationMs: 5, detail: null } as const;
    const dummyStep = { ...status, step: 'dummy' as ApplyStep }; // as above
    expect(describeStep(dummyStep, [{ step: 'verify' }, dummyStep])).toMatch(/^2\/2 Dummy step/);
  });
});
