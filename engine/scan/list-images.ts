import type Docker from 'dockerode';
import { message } from '../../shared/messages/message.ts';
import { ok, type AppError, type Result } from '../../shared/result.ts';
import { requestFailure } from '../base/docker-client.ts';

export interface LocalImage {
  readonly id: string;
  readonly tags: string[];
  readonly digests: string[];
}

/** The images of an engine. */
export async function listImages(
  connect: () => Docker | Promise<Docker>,
): Promise<Result<LocalImage[], AppError>> {
  try {
    const docker = await connect();
    const images = await docker.listImages();
    return ok(
      images.map((image) => ({
        id: image.Id,
        tags: image.RepoTags ?? [],
        digests: image.RepoDigests ?? [],
      })),
    );
  } catch (error) {
    return requestFailure(message('desktop.images-not-listed'), error);
  }
}
