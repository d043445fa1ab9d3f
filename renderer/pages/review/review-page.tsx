import { useApp, useDraft } from '../../state/context.tsx';
import { PlanView } from './plan-view.tsx';
import { RunView } from './run-view.tsx';

/** Review & apply: the plan until it runs, then the run, then how it ended, until that was taken note of. */
export default function ReviewPage() {
  const { run, settings } = useApp();
  const { dirty } = useDraft();
  // Edited again after a success: the next review is wanted, not the last report. Until the new text is known
  // as the applied one, the old draft is no edit.
  const past = run?.outcome?.kind === 'applied' && dirty && settings.appliedVersion >= run.outcome.version;
  return run === null || past ? <PlanView /> : <RunView key={run.id} run={run} />;
}
