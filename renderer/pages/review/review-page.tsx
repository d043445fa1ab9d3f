import { useApp, useDraft } from '../../state/context.tsx';
import { PlanView } from './plan-view.tsx';
import { RunView } from './run-view.tsx';

/** Review & apply: the plan until it runs, then the run, then its result, until dismissed. */
export default function ReviewPage() {
  const { run, settings } = useApp();
  const { dirty } = useDraft();
  // An edit after a success supersedes the report. Until the new text is known as the applied one, the old
  // draft is not an edit.
  const isSuperseded =
    run?.outcome?.kind === 'applied' && dirty && settings.appliedVersion >= run.outcome.version;
  return run === null || isSuperseded ? <PlanView /> : <RunView key={run.id} run={run} />;
}
