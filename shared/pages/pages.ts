/**
 * The pages of the window, as far as the command line and the main process need them. What the window needs
 * is in `renderer/pages/<id>/manifest.ts`.
 */
export interface PageDefinition {
  /**
   * The parameters that an external link may carry, with their allowed values. Absent: none. A link only
   * shows a place, it changes nothing.
   */
  readonly linkParameters?: Readonly<Record<string, RegExp>>;
  /**
   * JSON pointers of the settings that the page's forms edit, including everything below them. If several
   * pages match, the one with the longest matching pointer edits a setting.
   */
  readonly settings?: readonly string[];
  /** Like `settings`, for a page that only some engines have: with others, the JSON page edits these. */
  readonly settingsWhereOffered?: readonly string[];
}

/**
 * A JSON pointer in the form allowed in a link: keys and list positions without characters that need
 * escaping.
 */
export const settingPointer = /^(?:\/[A-Za-z0-9_-]{1,64}){1,12}$/;
const recordId = /^[\w.:-]{1,128}$/;

/** In the order of the navigation. */
export const pages = {
  overview: {},
  isolation: {
    linkParameters: { pointer: settingPointer },
    settings: ['/enhancedContainerIsolation', '/bulkhead'],
  },
  'docker-socket': {
    linkParameters: { pointer: settingPointer },
    settings: [
      '/enhancedContainerIsolation/dockerSocketMount',
      '/bulkhead/perImageCommandLists',
      '/bulkhead/socketMounts',
      '/bulkhead/hideEnvironment',
    ],
  },
  'file-sharing': {
    linkParameters: { pointer: settingPointer },
    settings: ['/filesharingAllowedDirectories'],
  },
  containers: { linkParameters: { show: /^(all|protected|unprotected)$/ } },
  activity: {
    linkParameters: {
      entry: recordId,
      filter: /^(all|denied|changed|probes|would-deny)$/,
      container: recordId,
    },
  },
  simulator: {},
  // The whole text: every setting without a form.
  json: { settings: [''] },
  history: {},
  'desktop-settings': {
    linkParameters: { pointer: settingPointer },
    settingsWhereOffered: [
      '/proxy',
      '/containersProxy',
      '/disableUpdate',
      '/analyticsEnabled',
      '/extensionsEnabled',
      '/onlyMarketplaceExtensions',
      '/allowBetaFeatures',
      '/enableDockerAI',
      '/enableDockerMCPToolkit',
      '/enableInference',
      '/enableCloud',
      '/blockDockerLoad',
      '/portBindingBehavior',
      '/linuxVM/wslEngineEnabled',
      '/exposeDockerAPIOnTCP2375',
      '/kubernetes',
      '/scout',
    ],
  },
  preferences: {},
  review: {},
  welcome: {},
} as const satisfies Readonly<Record<string, PageDefinition>>;

export type PageId = keyof typeof pages;

/** A page whose forms, or whose text, edit settings. */
export type SettingPage = {
  [Id in PageId]: (typeof pages)[Id] extends { readonly settings: readonly string[] } ? Id : never;
}[PageId];

/** All pages, in the order of the navigation. The type of Object.keys does not contain the keys. */
export const pageIds = Object.keys(pages) as readonly PageId[];

export const isPage = (name: string): name is PageId => Object.hasOwn(pages, name);
