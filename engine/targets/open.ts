import type { TargetRef } from '../../shared/targets/target.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { openTarget, type Target, type TargetOptions } from '../target.ts';

/** Opens the engine that `ref` names, whatever its kind. Starts nothing. */
export function openTargetRef(ref: TargetRef, options: TargetOptions): Result<Target, AppError> {
  switch (ref.kind) {
    case 'embedded': return ok(openTarget(ref.root, options));
    case 'docker-engine': case 'docker-desktop': return fail('input.unusable', 'this kind of engine cannot be opened yet');
  }
}
