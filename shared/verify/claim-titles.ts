import { message, type Message } from '../messages/message.ts';
import type { ClaimId } from './claims.ts';

/** What a claim states: "Root inside is not root outside". */
export const claimTitle = (id: ClaimId): Message => message(`claims.${id}`);
