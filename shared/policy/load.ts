import { deny } from './decision.ts';

/** Refusal of `POST /images/load` while `blockDockerLoad` is set, ECI or not. */
export const loadDenial = deny('docker-load', 'docker load', { setting: '/blockDockerLoad' });
