import { deny } from './decision.ts';

/**
 * Refusal of `POST /images/load` while `blockDockerLoad` is set, ECI or not. It is about archives that carry
 * images, names and all: `docker load`, and `docker buildx build --load` of builders that hand their result
 * over as one (the `docker-container` driver). Not about `docker import` (a file system, as `FROM scratch`
 * and `ADD` make one), nor builds inside the engine, which load nothing.
 */
export const loadDenial = deny('docker-load', 'docker load');
