/** Whether `directory` is a layer directory of overlay2: of a container, an image or a build. */
export const isEngineLayer = (directory: string): boolean =>
  /\/overlay2\/(?:[0-9a-f]{64}|[0-9a-z]{25})$/.test(directory);
