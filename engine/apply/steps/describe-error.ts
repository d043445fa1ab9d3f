import type { AppError } from '../../../shared/result.ts';

/** An error as a line of the log. */
export const describeError = ({ message, reason }: AppError): string =>
  [message, reason].filter(Boolean).join(': ');
