import type { EngineStatus } from '../shared/engine-status/status.ts';
import type { TargetCapabilities } from '../shared/targets/capabilities.ts';
import type { EngineStep } from '../shared/engine-status/progress.ts';
import { labelled } from './columns.ts';
import { listText, text, translate } from './text.ts';

export const phaseText = (phase: EngineStatus['phase']): string => text(`cli-status.phase-${phase}`);

/** The current step of a supervisor. */
export const stepText = (step: EngineStep): string => text(`cli-status.${step}`);

/** Formats the status of an engine with these capabilities, one fact per line. */
export const describeEngine =
  ({ enforcedByGateway }: Pick<TargetCapabilities, 'enforcedByGateway'>) =>
  (status: EngineStatus): string => {
    const fact = (label: string, value: string) => labelled(label, 15, value);
    const upOrDown = (up: boolean) => (up ? text('cli-status.up') : text('cli-status.down'));
    const lines = [text('cli-status.engine-phase', { phase: phaseText(status.phase) })];
    if (status.phase === 'ready') {
      lines.push(fact(text('cli-status.clients'), `unix://${status.socket}`));
      if (status.version !== null) {
        const versions = text('cli-status.versions', {
          version: status.version,
          api: status.apiVersion ?? '?',
          runtime: status.defaultRuntime ?? '?',
        });
        lines.push(fact(text('cli-status.docker-engine'), versions));
      }
      if (status.counts !== null)
        lines.push(fact(text('cli-status.containers'), text('cli-status.counts', status.counts)));
      if (status.extensions !== undefined) {
        const extensions = status.extensions.map((extension) => text(`cli-status.extension-${extension}`));
        lines.push(fact(text('cli-status.extensions'), listText(extensions)));
      }
      if (enforcedByGateway)
        lines.push(
          fact(text('cli-status.gateway'), upOrDown(status.gatewayUp)),
          fact(text('cli-status.planner'), upOrDown(status.plannerUp)),
        );
    }
    if (status.root !== null) lines.push(fact(text('cli-status.root'), status.root));
    if (status.startsAtBoot !== undefined)
      lines.push(
        fact(
          text('cli-status.at-boot'),
          text(status.startsAtBoot ? 'cli-status.starts-at-boot' : 'cli-status.stays-off-at-boot'),
        ),
      );
    if (status.problem !== null)
      lines.push(
        fact(text('cli-status.problem'), translate(status.problem.message, status.problem.sentence)),
        ...status.problem.logTail.map((line) => fact('', line)),
      );
    return lines.join('\n');
  };
