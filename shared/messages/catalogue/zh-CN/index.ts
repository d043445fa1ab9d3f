import { app } from './app.ts';
import { apply } from './apply.ts';
import { applyLog } from './apply-log.ts';
import { claims } from './claims.ts';
import { cli } from './cli.ts';
import { cliHelp } from './cli-help.ts';
import { cliExplain } from './cli-explain.ts';
import { cliList } from './cli-list.ts';
import { cliOutput } from './cli-output.ts';
import { cliPlan } from './cli-plan.ts';
import { cliRecreation } from './cli-recreation.ts';
import { cliSettings } from './cli-settings.ts';
import { cliStatus } from './cli-status.ts';
import { cliSupport } from './cli-support.ts';
import { common } from './common.ts';
import { containers } from './containers.ts';
import { daemonJson } from './daemon-json.ts';
import { desktop } from './desktop.ts';
import { dockerCommands } from './docker-commands.ts';
import { enforcement } from './enforcement.ts';
import { engine } from './engine.ts';
import { evidence } from './evidence.ts';
import { gateway } from './gateway.ts';
import { isolation } from './isolation.ts';
import { operations } from './operations.ts';
import { planner } from './planner.ts';
import { plannerRefusals } from './planner-refusals.ts';
import { policy } from './policy.ts';
import { registry } from './registry.ts';
import { rules } from './rules.ts';
import { settings } from './settings.ts';
import { settingsKeys } from './settings-keys.ts';
import { shared } from './shared.ts';
import { sharing } from './sharing.ts';
import { system } from './system.ts';
import { trust } from './trust.ts';
import { verify } from './verify.ts';

/** As in English. */
export const chinese = {
  app: () => app,
  apply: () => apply,
  'apply-log': () => applyLog,
  claims: () => claims,
  cli: () => cli,
  'cli-help': () => cliHelp,
  'cli-explain': () => cliExplain,
  'cli-list': () => cliList,
  'cli-output': () => cliOutput,
  'cli-plan': () => cliPlan,
  'cli-recreation': () => cliRecreation,
  'cli-settings': () => cliSettings,
  'cli-status': () => cliStatus,
  'cli-support': () => cliSupport,
  common: () => common,
  containers: () => containers,
  'daemon-json': () => daemonJson,
  desktop: () => desktop,
  'docker-commands': () => dockerCommands,
  enforcement: () => enforcement,
  engine: () => engine,
  evidence: () => evidence,
  gateway: () => gateway,
  isolation: () => isolation,
  operations: () => operations,
  planner: () => planner,
  'planner-refusals': () => plannerRefusals,
  policy: () => policy,
  registry: () => registry,
  rules: () => rules,
  settings: () => settings,
  'settings-keys': () => settingsKeys,
  shared: () => shared,
  sharing: () => sharing,
  system: () => system,
  trust: () => trust,
  verify: () => verify,
};
