import type { Route } from './route.ts';
import { routes } from './table.ts';

export interface Match {
  readonly route: Route;
  /** What stood for `{id}` or `{name}`, decoded; '' where the pattern has none. */
  readonly subject: string;
}

interface Compiled {
  readonly route: Route;
  readonly expression: RegExp;
}

// Image, plugin and distribution names hold slashes; ids and volume, network, container names do not (moby's
// router: `{name:.*}`).
const slashed = /^\/(?:images|plugins|distribution)\//;

/** The route of a request; null for what no route is for. `path` is without version, decoded. */
export type Router = (method: string, path: string) => Match | null;

/** A router for these routes; patterns are tried in their order. */
export function createRouter(routes: readonly Route[]): Router {
  const literal = new Map<string, Match>();
  const patterns = new Map<string, Compiled[]>();
  for (const route of routes) {
    if (!route.pattern.includes('{')) {
      literal.set(`${route.method} ${route.pattern}`, { route, subject: '' });
      continue;
    }
    const one = slashed.test(route.pattern) ? '(.+)' : '([^/]+)';
    const source = route.pattern.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[a-z]+\}/g, one);
    const list = patterns.get(route.method) ?? [];
    list.push({ route, expression: new RegExp(`^${source}$`, 's') });
    patterns.set(route.method, list);
  }
  return (method, path) => {
    const exact = literal.get(`${method} ${path}`);
    if (exact) return exact;
    for (const { route, expression } of patterns.get(method) ?? []) {
      const found = expression.exec(path);
      if (found) return { route, subject: found[1] ?? '' };
    }
    return null;
  };
}

/** The router for the table: null for what it does not know. */
export const matchRoute = createRouter(routes);

/** API versions the table is valid for: 1.24 to 1.99, or none in the path. */
export function versionKnown(version: string | null): boolean {
  return version === null || Number(version.slice(2)) >= 24;
}
