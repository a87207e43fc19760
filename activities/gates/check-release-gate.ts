import type { GateCheck } from '../../decision/gate';
import type { ReleaseGate } from '../../decision/release-gate';
import { failure } from '../classify-failure';
import type { ActivityDependencies } from '../dependencies';
import { accessTo } from '../open-service';
import { filled, sendProbe } from './send-probe';

/** Asks a gate of a release once, from the worker of its environment. What it says holds no header and nothing of the body. */
export async function checkReleaseGate(
  deps: ActivityDependencies,
  gate: ReleaseGate,
  signal: AbortSignal,
): Promise<GateCheck> {
  const { url, headers } = admitted(deps, gate);
  const { passed, why } = await sendProbe(
    { kind: 'http', url, status: gate.status, contains: gate.contains, headers },
    {},
    gate.timeoutMillis,
    signal,
  );
  return { passed, why };
}

/**
 * Sees whether the environment's worker would send what a gate of a release asks for; sends nothing.
 *
 * @throws ApplicationFailure `Configuration` where it would not
 */
export function admitReleaseGate(deps: ActivityDependencies, gate: ReleaseGate): void {
  admitted(deps, gate);
}

function admitted(
  deps: ActivityDependencies,
  { name, environment, url, headers }: ReleaseGate,
): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
  try {
    const access = accessTo(deps, environment);
    const address = filled(url, { environment }, encodeURIComponent);
    if (access.probe === undefined) throw new Error(`the worker of ${environment} asks nothing for releases`);
    return { url: address, headers: access.probe(address, headers) };
  } catch (error) {
    throw failure('Configuration', `gate ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
