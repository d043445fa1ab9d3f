import type { Route } from './route.ts';
import { routes } from './table.ts';

export interface Match {
  readonly route: Route;
  /** The value of `{id}` or `{name}`, decoded; '' where the pattern has none. */
  readonly subject: string;
}

interface CompiledRoute {
  readonly route: Route;
  readonly expression: RegExp;
}

/**
 * The expression for a name in a pattern. Image, plugin and distribution names hold slashes (moby's router:
 * `{name:.*}`). A container may also go by the name of a link, `web/db`. Other ids and names have no slash.
 */
function nameExpression({ method, pattern }: Route): string {
  if (method === 'OPTIONS') return '(.*)';
  if (/^\/(?:images|plugins|distribution)\//.test(pattern)) return '(.+)';
  return pattern.startsWith('/containers/') ? '([^/]+(?:/[^/]+)?)' : '([^/]+)';
}

/** Returns the route of a request; null where none matches. `path` is without version, decoded. */
export type Router = (method: string, path: string) => Match | null;

/** A router for these routes; patterns are tried in their order. */
export function createRouter(routes: readonly Route[]): Router {
  const literal = new Map<string, Match>();
  const patterns = new Map<string, CompiledRoute[]>();
  for (const route of routes) {
    if (!route.pattern.includes('{')) {
      literal.set(`${route.method} ${route.pattern}`, { route, subject: '' });
      continue;
    }
    const source = route.pattern
      .replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
      .replaceAll(/\{[a-z]+\}/g, nameExpression(route));
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

/** The router for the table. */
export const matchRoute = createRouter(routes);

/** API versions the table is valid for: 1.24 to 1.99, or none in the path. */
export function isSupportedVersion(version: string | null): boolean {
  return version === null || Number(version.slice(2)) >= 24;
}
