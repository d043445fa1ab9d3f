import type { DenyCopy } from '../../gateway/archive/sharing-view.ts';
import { ResponseReplacedError } from '../../gateway/http/exchange.ts';
import { refusalMessage } from '../../shared/policy/decision.ts';

/** Gives the error that refuses a copy, and records nothing. */
export const denyCopy: DenyCopy = (denial) => new ResponseReplacedError(403, refusalMessage(denial).text);
