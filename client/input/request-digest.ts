import { createHash } from 'node:crypto';
import type { DeploymentRequest } from '../../decision/request';
import { canonicalJson } from './canonical-json';

/** What was asked, less who asked, why, and under which id. */
export type Asked = Omit<DeploymentRequest, 'version' | 'requestId' | 'deploymentId' | 'author'>;

function askedOf(request: DeploymentRequest): Asked {
  // The same is asked for, by clients of whichever release.
  const { version, requestId, deploymentId, author, ...asked } = request;
  return asked;
}

/** SHA-256 of what was asked: two requests with one digest ask for the same. */
export function requestDigestOf(request: DeploymentRequest): string {
  return createHash('sha256')
    .update(canonicalJson(askedOf(request)))
    .digest('hex');
}

/** In which respects two requests differ, in words; empty where they ask for the same. No values: they say enough by name. */
export function differencesOf(former: DeploymentRequest, latter: DeploymentRequest): readonly string[] {
  const a: Record<string, unknown> = { ...askedOf(former) };
  const b: Record<string, unknown> = { ...askedOf(latter) };
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names.flatMap((name) => {
    if (canonicalJson(a[name] ?? null) === canonicalJson(b[name] ?? null)) return [];
    if (name !== 'overrides') return [name];
    const before: Record<string, unknown> = { ...former.overrides };
    const after: Record<string, unknown> = { ...latter.overrides };
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .filter((key) => before[key] !== after[key]);
  });
}
