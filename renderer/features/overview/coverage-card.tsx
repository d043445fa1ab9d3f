import type { Protection } from '../../app/protection.ts';

export function CoverageCard(_: { readonly protection: Protection }) {
  return <></>;
}
