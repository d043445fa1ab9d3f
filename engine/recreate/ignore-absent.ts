import { engineMessage, statusOf } from '../base/docker-client.ts';

/** Awaits a request; ignores that the object is gone, or is being removed by another request. */
export async function ignoreAbsent(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (
      statusOf(error) !== 404 &&
      !(statusOf(error) === 409 && /already in progress/.test(engineMessage(error)))
    )
      throw error;
  }
}
