import { app } from './app.ts';
import { apply } from './apply.ts';
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

export const chinese = {
  ...app,
  ...apply,
  ...claims,
  ...cli,
  ...cliHelp,
  ...cliExplain,
  ...cliList,
  ...cliOutput,
  ...cliPlan,
  ...cliRecreation,
  ...cliSettings,
  ...cliStatus,
  ...cliSupport,
  ...common,
  ...containers,
  ...daemonJson,
  ...desktop,
  ...dockerCommands,
  ...enforcement,
  ...engine,
  ...evidence,
  ...gateway,
  ...isolation,
  ...operations,
  ...planner,
  ...policy,
  ...registry,
  ...rules,
  ...settings,
  ...settingsKeys,
  ...shared,
  ...sharing,
  ...system,
  ...trust,
  ...verify,
};
