import * as tls from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { certificateAuthorities } from './certificate-authorities.ts';

// As in the bundle of the app: its `node:tls` has a getter for every name in the Node that built it, whose
// value is undefined in the older Node of the Electron that runs it.
vi.mock('node:tls', async (importOriginal) => ({
  ...(await importOriginal<typeof tls>()),
  getCACertificates: undefined,
}));

describe('the authorities, in a Node that cannot list them', () => {
  it('are the built-in ones and those of the machine', () => {
    const authorities = certificateAuthorities({ SSL_CERT_FILE: '/none' });
    expect(authorities).toEqual(expect.arrayContaining([...tls.rootCertificates]));
  });
});
