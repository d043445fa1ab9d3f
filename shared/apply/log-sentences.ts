import { applyLog } from '../messages/catalogue/en/apply-log.ts';
import { addArea } from '../messages/catalogue/index.ts';

// Sentences that only an apply makes: nothing else has to load them.
addArea('apply-log', () => applyLog);
