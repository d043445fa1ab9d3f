import type { MessageLanguage } from '../shared/language.ts';
import { message, plainText, type Message } from '../shared/messages/message.ts';
import { loadTranslator } from '../shared/messages/translator.ts';
import { PlanBuilder, encodeRefusal } from './base/plan.ts';
import { IsolationRefused, reasonOf } from './base/refuse.ts';
import type { PlannerRequest } from './base/request.ts';
import { mountsOf } from './mounts/mount-table.ts';
import { ProcFiles } from '../engine/base/lxcfs-files.ts';
import type { ExclusivePaths } from './planner-paths.ts';
import type { IsolationService } from './service.ts';
import { nothingChecked } from './shares/reach.ts';
import { ShareChecks } from './shares/share-checks.ts';
import type { SharingOptions } from './shares/shares.ts';
import type { EngineParts } from './shares/sockets.ts';
import { anyMayHang, Sources } from './shares/sources.ts';
import { isStep } from './step-processes.ts';

/** Reads what the settings require of the planner at this moment. */
export type ReadPlannerPolicy = () => Promise<{
  /** Whether build steps are isolated: they are not while isolation is off. */
  readonly eci: boolean;
  /** The language of refusals. */
  readonly language: MessageLanguage;
}>;

export interface RuntimeRequestsOptions {
  readonly paths: Pick<ExclusivePaths, 'procFiles'>;
  readonly parts: EngineParts;
  readonly sharing: SharingOptions;
  /** Default: build steps are isolated, refusals are in English. */
  readonly readPolicy?: ReadPlannerPolicy;
  readonly log: (line: string) => void;
}

/** Handles a runtime's requests: waits for what may hang, checks shares, then passes them to the service. */
export class RuntimeRequests {
  readonly #service: IsolationService;
  readonly #options: RuntimeRequestsOptions;
  readonly #procFiles: ProcFiles;
  readonly #sources = new Sources();
  readonly #shareChecks: ShareChecks;
  #isClosing = false;

  constructor(service: IsolationService, options: RuntimeRequestsOptions) {
    this.#service = service;
    this.#options = options;
    this.#procFiles = new ProcFiles(options.paths.procFiles);
    this.#shareChecks = new ShareChecks(options.sharing, options.parts);
  }

  /** Never rejects: a failure is a refusal. */
  async handle(request: PlannerRequest): Promise<Buffer> {
    try {
      this.#refuseWhenClosing();
      if (request.verb !== 'create') return this.#service.handle(request.verb, request);
      if (isStep(request) && (await this.#options.readPolicy?.())?.eci === false) return plainStep();
      return await this.#create(request);
    } catch (error) {
      const reason = reasonOf(error);
      if (!this.#isClosing) this.#options.log(`${request.verb} ${request.id}: ${plainText(reason)}`);
      return this.encodeRefusal(
        error instanceof IsolationRefused
          ? error.sentence
          : message('planner-refusals.not-planned', { reason }),
      );
    }
  }

  /** The response that refuses for this reason, in the language of the settings. Never rejects. */
  async encodeRefusal(reason: Message): Promise<Buffer> {
    return encodeRefusal(await this.#translate(reason));
  }

  /**
   * Refuses from now on: the lock is released next, so results of checks in progress come too late, and the
   * runtime must connect to the next planner.
   */
  close(): void {
    this.#isClosing = true;
  }

  async #create(request: PlannerRequest): Promise<Buffer> {
    const mounts = mountsOf(request.pid);
    // The common case: nothing to wait for.
    if (!anyMayHang(mounts) && !this.#procFiles.areMounted(mounts)) {
      const reach = await this.#shareChecks.check(request, mounts);
      this.#refuseWhenClosing();
      const current = reach === nothingChecked ? mounts : mountsOf(request.pid);
      return this.#service.create(request, current, null, reach);
    }
    await this.#sources.checkResponsive(request.bundle, mounts);
    const reach = await this.#shareChecks.check(request, mounts);
    const emulated = (await this.#procFiles.probe()) === 'yes' ? this.#procFiles.directory : null;
    this.#refuseWhenClosing();
    return this.#service.create(request, mountsOf(request.pid), emulated, reach);
  }

  #refuseWhenClosing(): void {
    if (this.#isClosing) throw new IsolationRefused(message('planner-refusals.stopping'));
  }

  /** The sentence in the language of the settings; in English if that cannot be determined. */
  async #translate(sentence: Message): Promise<string> {
    try {
      const policy = await this.#options.readPolicy?.();
      return (await loadTranslator(policy?.language ?? 'en'))(sentence);
    } catch {
      return sentence.text;
    }
  }
}

/**
 * BuildKit always uses our runtime, whether isolation is on or off, so that switching needs no restart of the
 * engine.
 */
function plainStep(): Buffer {
  const plan = new PlanBuilder();
  plan.plain();
  return plan.encode();
}
