/** Version of the files that people write (`drover.yaml`, `release.yaml`, `pipeline.yaml`): it goes up when a key changes its meaning. */
export const FILE_VERSION = 1;

/** What is wrong with the version that a file says, or null where it can be read. */
export function whyBadFileVersion(version: unknown): { readonly text: string; readonly fix: string } | null {
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1)
    return { text: `expected a whole number, ${FILE_VERSION}`, fix: `write version: ${FILE_VERSION}, or leave it out` };
  if (version <= FILE_VERSION) return null;
  return {
    text: `the file is of version ${version}, and this Drover reads files up to version ${FILE_VERSION}`,
    fix: 'use the release of Drover that it was written for ("drover version" tells which one this is)',
  };
}
