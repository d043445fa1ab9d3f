import type { LintContext } from '../../../shared/settings/lint/index.ts';
import type { TargetCapabilities } from '../../../shared/targets/capabilities.ts';
import type { EngineDriver } from '../../apply/driver.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import type { SettingsStore } from '../../store/settings-store.ts';

/** What reads the state of a guarded engine. */
export interface EngineParts {
  readonly paths: RootPaths;
  readonly capabilities: TargetCapabilities;
  readonly driver: EngineDriver;
  readonly store: SettingsStore;
  readonly lintContext: LintContext;
}
