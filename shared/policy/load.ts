import { deny } from './decision.ts';

/**
 * Refusal of `POST /images/load` while `blockDockerLoad` is set, with or without ECI. It covers archives that
 * contain images with names: `docker load`, and `docker buildx build --load` of builders that return their
 * result as one (the `docker-container` driver). Not `docker import` (a file system, like the result of `FROM
 * scratch` and `ADD`), nor builds inside the engine, which load nothing.
 */
export const loadDenial = deny('docker-load', 'docker load');
