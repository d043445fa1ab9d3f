import type { Verdict } from '../http/exchange.ts';
import type { Target } from '../http/message/target.ts';
import type { Route } from '../routes/route.ts';
import type { IsolatedContainer } from './isolated.ts';
import type { CopyUser, userShares } from './sharing-view.ts';

type Forward = Extract<Verdict, { kind: 'forward' }>;

/** Endpoints that show or set ids of files in a container, or stat one. */
export type CopyKind = 'into' | 'out' | 'stat' | 'export' | 'changes';

/** The kind of copy of a route; null: none. */
export function copyKindOf(route: Route | undefined): CopyKind | null {
  switch (route === undefined ? '' : `${route.method} ${route.pattern}`) {
    case 'PUT /containers/{id}/archive':
      return 'into';
    case 'GET /containers/{id}/archive':
      return 'out';
    case 'HEAD /containers/{id}/archive':
      return 'stat';
    case 'GET /containers/{id}/export':
      return 'export';
    case 'GET /containers/{id}/changes':
      return 'changes';
    default:
      return null;
  }
}

/** A copy request with the inspected container. */
export interface Copy extends CopyUser {
  readonly kind: CopyKind;
  readonly verdict: Forward;
  /** The same, pinned: the container's id, and the path with links of volumes resolved. */
  readonly pinned: Forward;
  readonly target: Target;
  readonly query: Target['query'];
  readonly container: IsolatedContainer;
  readonly shares: Awaited<ReturnType<typeof userShares>>;
  /** The path differs from what the client sent. */
  readonly isRewritten: boolean;
}
