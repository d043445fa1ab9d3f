import { InvalidArgumentError, type Command } from 'commander';
import type { Target } from '../engine/target.ts';
import type { ApplyPlan, ContainerChoices } from '../shared/apply/plan.ts';
import { isUnprotected, isRunning, type Container } from '../shared/containers/protection.ts';
import { blockedIds } from '../shared/containers/recreate-blocked.ts';
import { originalName } from '../shared/policy/retained-name.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { joinMessages } from '../shared/messages/join-messages.ts';
import { message } from '../shared/messages/message.ts';
import type { RootOptions } from './target.ts';
import { helpText } from './help.ts';

/** What `plan` and `apply` do with existing containers. `recreate`: true for all that can be recreated. */
export interface ChoiceOptions extends RootOptions {
  readonly remove?: string[];
  readonly includeRunning?: boolean;
  readonly removeVolumes?: boolean;
  readonly recreate?: string[] | true;
  readonly commit?: boolean;
}

export function withChoices(command: Command): Command {
  return command
    .option('--remove <id...>', helpText('cli-help.remove'), named)
    .option('--include-running', helpText('cli-help.include-running'))
    .option('--remove-volumes', helpText('cli-help.remove-volumes'))
    .option('--recreate [name...]', helpText('cli-help.recreate'), named)
    .option('--commit', helpText('cli-help.commit'));
}

/**
 * Values of an option that may be repeated, followed by several values, or separated by commas: container
 * names contain none.
 */
function named(value: string, before: unknown): string[] {
  const names = value.split(',').filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('');
  return [...(Array.isArray(before) ? before.map(String) : []), ...names];
}

/**
 * Choices with full ids. Refused: a name or id that matches no container, the removal of a running one
 * without --include-running, and a container that can't be recreated.
 */
export async function resolveChoices(
  target: Pick<Target, 'capabilities' | 'scan'>,
  text: string,
  options: ChoiceOptions,
): Promise<Result<ContainerChoices, AppError>> {
  const remove = options.remove ?? [];
  const choices: ContainerChoices = {
    remove: [],
    includeRunning: options.includeRunning === true,
    removeVolumes: options.removeVolumes === true,
  };
  if (options.recreate !== undefined) {
    const possible = await recreationPossible(target, text);
    if (!possible.ok) return possible;
  }
  if (remove.length === 0 && options.recreate === undefined) return ok(choices);
  const scan = await target.scan();
  if (!scan.ok) return scan;
  const { containers } = scan.value;
  const gone = new Set<string>();
  for (const name of remove) {
    const found = find(containers, name);
    if (!found.ok) return found;
    if (isRunning(found.value) && !choices.includeRunning)
      return fail('containers.running', message('cli.container-running', { name: found.value.name }), {
        hint: message('cli.add-include-running'),
        params: { name: found.value.name },
      });
    gone.add(found.value.id);
  }
  const anew = new Set<string>();
  if (options.recreate === true)
    for (const { id } of containers.filter(
      (one) => isUnprotected(one) && one.obstacles.length === 0 && !gone.has(one.id),
    ))
      anew.add(id);
  else
    for (const name of options.recreate ?? []) {
      const found = find(containers, name);
      if (!found.ok) return found;
      const { id, name: called, obstacles, reason } = found.value;
      if (gone.has(id))
        return fail('input.unusable', message('cli.removed-and-recreated', { called }), {
          hint: message('cli.choose-remove-or-recreate'),
          params: { name: called },
        });
      if (reason === 'replaced')
        return fail('containers.recreate-blocked', message('cli.container-not-recreatable', { called }), {
          reason: message('cli.container-replaced', { original: originalName(called) ?? '' }),
          hint: message('cli.remove-replaced'),
          params: { name: called },
        });
      if (obstacles.length > 0)
        return fail('containers.recreate-blocked', message('cli.container-not-recreatable', { called }), {
          reason: joinMessages('enumeration', obstacles),
          hint: message('cli.create-without-option'),
          params: { name: called },
        });
      anew.add(id);
    }
  return ok({
    ...choices,
    remove: [...gone],
    ...(anew.size === 0 ? {} : { recreate: [...anew], ...(options.commit === true ? { commit: true } : {}) }),
  });
}

/** The choices without the recreations that a plan rules out; the same object if there are none. */
export function withoutBlocked(
  choices: ContainerChoices,
  { recreation }: Pick<ApplyPlan, 'recreation'>,
): ContainerChoices {
  const blocked = blockedIds(recreation ?? { groups: [] });
  return blocked.size === 0
    ? choices
    : { ...choices, recreate: (choices.recreate ?? []).filter((id) => !blocked.has(id)) };
}

/** Recreating needs a guarded engine, with ECI on afterwards. */
async function recreationPossible(
  target: Pick<Target, 'capabilities'>,
  text: string,
): Promise<Result<null, AppError>> {
  const [{ effectiveSettings }, { missingBecause }] = await Promise.all([
    import('../shared/settings/index.ts'),
    import('../shared/targets/capabilities.ts'),
  ]);
  if (missingBecause(target.capabilities, 'recreate') !== null)
    return fail('containers.recreate-blocked', message('cli.recreation-unsupported'), {
      hint: message('cli.create-again-under-eci'),
    });
  const settings = effectiveSettings(text, { exists: true });
  // An unreadable text is an error of the plan.
  if (!settings.ok || settings.value.eci.value) return ok(null);
  return fail('containers.recreate-blocked', message('cli.recreation-needs-eci'), {
    hint: message('cli.turn-on-or-omit-recreate'),
  });
}

function find(containers: readonly Container[], name: string): Result<Container, AppError> {
  const begins = containers.filter((container) => name.length >= 4 && container.id.startsWith(name));
  const found =
    containers.find((container) => container.id === name || container.name === name) ??
    (begins.length === 1 ? begins[0] : undefined);
  return found === undefined
    ? fail('containers.not-found', message('policy.container-missing', { name }), {
        hint: message('cli.see-containers-list'),
        params: { name },
      })
    : ok(found);
}
