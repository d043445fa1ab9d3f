import { describe, expect, it } from 'vitest';
import { routes } from '../routes/table.ts';
import { scopeRule } from './own-scope.ts';

describe('B7: the scope "own"', () => {
  it('has a rule for every endpoint that names, lists or makes something', () => {
    const rules = routes.map((route) => [`${route.method} ${route.pattern}`, scopeRule(route)] as const);
    const open = rules.filter(([, rule]) => rule === 'open').map(([endpoint]) => endpoint);
    // Whatever is open to everybody is named here: images, registries, builds and negotiation.
    expect(open.filter((endpoint) => !/ \/(images|distribution|session|grpc|build\/cancel|auth|info|version|_ping)/.test(endpoint))).toEqual([]);
    expect(rules.filter(([endpoint, rule]) => / \/(containers\/\{id\}|exec)/.test(endpoint) && !['container', 'exec'].includes(rule))).toEqual([]);
    expect(rules.filter(([endpoint, rule]) => /^(DELETE|PUT|POST) \/(images\/\{name\}\/tag|images\/\{name\}$|images\/prune|build\/prune|plugins|swarm|nodes|services|secrets|configs)/.test(endpoint) && rule !== 'refused')).toEqual([]);
  });

  it('refuses what no rule names', () => {
    const route = routes.find((one) => one.pattern === '/info');
    expect(route === undefined ? null : scopeRule({ ...route, pattern: '/new' })).toBe('refused');
  });
});
