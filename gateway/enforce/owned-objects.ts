import { referencesDenial } from '../../shared/policy/create-limits.ts';
import { deny } from '../../shared/policy/decision.ts';
import { connectNetworkBody, disconnectNetworkBody } from '../../shared/policy/docker-bodies.ts';
import { type Json, type JsonObject, isList, isObject, writeJson } from '../../shared/policy/json.ts';
import { parseJson } from '../../shared/policy/json-parser.ts';
import {
  linkedContainers,
  narrowFilters,
  notOwnDenial,
  ownerLabel,
  ownerLabelDenial,
  withOwnedMounts,
  withOwnerLabel,
  withPinnedLinks,
} from '../../shared/policy/owner.ts';
import { createLookups } from '../../shared/policy/references.ts';
import { readBodyAs, type ReadBody } from '../../shared/policy/request-body.ts';
import { listAt, objectAt, textAt } from '../../shared/policy/shape.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import type { ResponseTransform } from '../http/exchange.ts';
import { rewriteResponse } from '../base/rewrite-response.ts';
import { parameter, writeTarget } from '../http/message/target.ts';
import { type InspectionContext, type InspectionResult, passedAsIs } from './inspection-context.ts';
import { readJson } from './read-body.ts';
import { message } from '../../shared/messages/message.ts';
import type { SocketClient } from './socket-client.ts';

const builtInNetworks = new Set(['bridge', 'host', 'none']);
const maxListBytes = 32 * 1024 * 1024;

/** Checks the shape of a parsed body. */
type BodyReader = (value: Json) => ReadBody;

/** Restricts a client to the engine's objects that it owns. */
export class OwnScope {
  readonly #context: InspectionContext;
  readonly #client: SocketClient;
  readonly #owner: string;
  /** Containers that are linked to: name → id. */
  readonly #linked = new Map<string, string>();

  constructor(context: InspectionContext, client: SocketClient, owner: string) {
    this.#context = context;
    this.#client = client;
    this.#owner = owner;
  }

  /** Reports an object of another owner as missing; audit mode only logs it. */
  #reportMissing(what: 'container' | 'exec instance' | 'network' | 'volume', name: string): InspectionResult {
    if (this.#context.settings.mode === 'audit')
      return { kind: 'denied', denial: notOwnDenial(`${what} ${name}`, this.#client.list.scopeSetting) };
    switch (what) {
      case 'network':
        return { kind: 'missing', what, name, message: `network ${name} not found` };
      case 'volume':
        return { kind: 'missing', what, name, message: `get ${name}: no such volume` };
      case 'container':
      case 'exec instance':
        return { kind: 'missing', what, name };
    }
  }

  /**
   * Denies a reference to an object of another owner. Not as "missing": clients take that for a missing
   * image, and pull it.
   */
  #denyForeign(what: 'container' | 'network' | 'volume', name: string): InspectionResult {
    return {
      kind: 'denied',
      denial: notOwnDenial(
        message('gateway.use-of-object', { kind: what, name }),
        this.#client.list.scopeSetting,
      ),
    };
  }

  #owns(labels: Readonly<Record<string, string>>): boolean {
    return labels[ownerLabel] === this.#owner;
  }

  #ownsContainer(container: ContainerFacts): boolean {
    return this.#owns(container.labels) || container.id === this.#client.mount.container?.id;
  }

  filterList(): InspectionResult {
    const { target } = this.#context.request;
    const sent = parameter(target, 'filters') ?? '';
    const parsed = sent === '' ? null : parseJson(sent);
    const filters = parsed?.ok === false ? null : narrowFilters(parsed?.value, this.#owner);
    if (filters === null)
      return {
        kind: 'denied',
        denial: deny('unmodelled-value', message('gateway.the-filter', { filter: sent.slice(0, 200) })),
      };
    if (this.#context.settings.mode === 'audit') return passedAsIs;
    const query = target.query.filter(({ key }) => key !== 'filters');
    return {
      ...passedAsIs,
      target: writeTarget(target.version, target.path, [
        ...query,
        { key: 'filters', value: writeJson(filters) },
      ]),
    };
  }

  /** Lists own networks and the engine's three built-in ones, without other clients' containers. */
  filterNetworks(): ResponseTransform {
    const visible = (network: Json): Json[] => {
      if (!isObject(network)) return [];
      if (objectAt(network, 'Labels').get(ownerLabel) === this.#owner) return [network];
      return builtInNetworks.has(textAt(network, 'Name')) ? [withoutContainers(network)] : [];
    };
    return this.#rewriteResponse((value) => (isList(value) ? value.flatMap(visible) : value));
  }

  #rewriteResponse(rewrite: (value: Json) => Json): ResponseTransform {
    const { settings } = this.#context;
    return {
      limit: maxListBytes,
      transformResponse: (head, body) => {
        if (head.status !== 200 || settings.mode === 'audit') return null;
        return rewriteResponse(body, rewrite);
      },
    };
  }

  async checkContainer(name: string): Promise<InspectionResult> {
    const container = await this.#context.facts.container(name);
    if (container === null || !this.#ownsContainer(container)) return this.#reportMissing('container', name);
    const { target, match } = this.#context.request;
    const pattern = match?.route.pattern ?? '';
    if (match?.route.inspect === 'start-container') {
      const denied = await this.#checkNetworkNames(container);
      if (denied !== null) return denied;
    }
    // The request is pinned to the checked container, even if its name refers to another one by then.
    return pattern.includes('{id}')
      ? {
          ...passedAsIs,
          target: writeTarget(target.version, pattern.replace('{id}', container.id), target.rawQuery),
        }
      : passedAsIs;
  }

  /**
   * The engine resolves a container's networks by name when it starts: by then a name, or id prefix, may
   * refer to another owner's.
   */
  async #checkNetworkNames(container: ContainerFacts): Promise<InspectionResult | null> {
    for (const { name, id } of container.networks) {
      const network = await this.#context.facts.network(name);
      if (
        network !== null &&
        network.id !== id &&
        !this.#owns(network.labels) &&
        !builtInNetworks.has(network.name)
      )
        return this.#denyForeign('network', name);
    }
    return null;
  }

  async checkExec(id: string): Promise<InspectionResult> {
    const holder = await this.#context.facts.execContainer(id);
    const container = holder === null ? null : await this.#context.facts.container(holder);
    return container !== null && this.#ownsContainer(container)
      ? passedAsIs
      : this.#reportMissing('exec instance', id);
  }

  async checkVolume(name: string): Promise<InspectionResult> {
    const volume = await this.#context.facts.volume(name);
    return volume !== null && this.#owns(volume.labels) ? passedAsIs : this.#reportMissing('volume', name);
  }

  async checkNetwork(reference: string, read: boolean): Promise<InspectionResult> {
    const network = await this.#context.facts.network(reference);
    const own = network !== null && this.#owns(network.labels);
    if (network === null || (!own && !(read && builtInNetworks.has(network.name))))
      return this.#reportMissing('network', reference);
    const { target, match } = this.#context.request;
    const pinned: typeof passedAsIs = {
      ...passedAsIs,
      target: writeTarget(
        target.version,
        (match?.route.pattern ?? '').replace('{id}', network.id),
        target.rawQuery,
      ),
    };
    return own
      ? pinned
      : {
          ...pinned,
          createResponseTransform: () =>
            this.#rewriteResponse((value) => (isObject(value) ? withoutContainers(value) : value)),
        };
  }

  /** Null without a body, and for one that the inspection of the body refuses. */
  async #read(body: Buffer | null, read: BodyReader): Promise<JsonObject | null> {
    if (body === null || body.length === 0) return null;
    const parsed = await readJson(body, this.#context.request.clientGone?.());
    if (!parsed.ok) return null;
    const result = read(parsed.value);
    return result.ok ? result.body : null;
  }

  /** Connect and disconnect: both must be owned; the engine's three built-in networks are for everybody. */
  async checkJoin(reference: string, body: Buffer | null): Promise<InspectionResult> {
    const network = await this.checkNetwork(reference, true);
    if (network.kind !== 'passed') return network;
    const isConnect = this.#context.request.match?.route.inspect === 'connect-network';
    const shape = isConnect ? connectNetworkBody : disconnectNetworkBody;
    const parsed = await this.#read(body, (value) => readBodyAs(value, shape));
    const { target } = network;
    if (parsed === null) return passedAsIs;
    const name = textAt(parsed, 'Container');
    const container = await this.#context.facts.container(name);
    if (container === null || !this.#ownsContainer(container)) return this.#reportMissing('container', name);
    return {
      ...passedAsIs,
      ...(target === undefined ? {} : { target }),
      body: Buffer.from(writeJson(new Map(parsed).set('Container', container.id)), 'utf8'),
    };
  }

  /**
   * Adds the owner label to the body of a request that creates an object, after `check`. `read` checks its
   * shape.
   */
  async addOwnerLabel(
    body: Buffer | null,
    read: BodyReader,
    check: (body: JsonObject) => Promise<InspectionResult>,
  ): Promise<InspectionResult> {
    const parsed = await this.#read(body, read);
    if (parsed === null) return passedAsIs;
    const labelDenial = ownerLabelDenial(parsed, this.#owner);
    if (labelDenial !== null) return { kind: 'denied', denial: labelDenial };
    const checked = await check(parsed);
    if (checked.kind !== 'passed') return checked;
    return {
      ...checked,
      body: Buffer.from(
        writeJson(
          withPinnedLinks(withOwnedMounts(withOwnerLabel(parsed, this.#owner), this.#owner), this.#linked),
        ),
        'utf8',
      ),
    };
  }

  async checkCreate(body: JsonObject): Promise<InspectionResult> {
    const tooMany = referencesDenial(body);
    if (tooMany !== null) return { kind: 'denied', denial: tooMany };
    const { containers, volumes, networks } = createLookups(body);
    for (const name of [...containers, ...linkedContainers(body)]) {
      const container = await this.#context.facts.container(name);
      if (container === null || !this.#ownsContainer(container)) return this.#denyForeign('container', name);
      this.#linked.set(name, container.id);
    }
    const referred = await this.checkReferences(body, networks);
    if (referred.kind !== 'passed') return referred;
    const labelledByEngine = new Set(
      listAt(objectAt(body, 'HostConfig'), 'Mounts').map((mount) =>
        isObject(mount) ? textAt(mount, 'Source') : '',
      ),
    );
    for (const name of volumes) {
      // The engine would create a missing volume of `Binds` without a label.
      const volume =
        (await this.#context.facts.volume(name)) ??
        (labelledByEngine.has(name)
          ? null
          : await this.#context.facts.createVolume(name, { [ownerLabel]: this.#owner }));
      if (volume !== null && !this.#owns(volume.labels)) return this.#denyForeign('volume', name);
    }
    return referred;
  }

  /** Networks that a container is to join, or that a network is created from. */
  async checkReferences(body: JsonObject, networks: readonly string[]): Promise<InspectionResult> {
    const from = textAt(objectAt(body, 'ConfigFrom'), 'Network');
    for (const name of from === '' ? networks : [...networks, from]) {
      const network = await this.#context.facts.network(name);
      if (network === null || (!this.#owns(network.labels) && !builtInNetworks.has(network.name)))
        return this.#denyForeign('network', name);
    }
    return passedAsIs;
  }
}

function withoutContainers(network: JsonObject): JsonObject {
  return network.has('Containers') ? new Map(network).set('Containers', new Map()) : network;
}
