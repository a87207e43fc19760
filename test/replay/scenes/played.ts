import type { Rig } from '../../support/rig';

/** One path of a workflow, played to its end, and what it has to come to. */
export interface Played<Rigs extends readonly Rig[] = readonly [Rig]> {
  /** Of its service or its stack, and so of the stored history. */
  readonly name: string;
  readonly play: (...rigs: Rigs) => Promise<void>;
}

/** @throws Error where a path did not come to what it was played for */
export function hasEnded(
  name: string,
  result: { readonly verdict: string; readonly reason: string },
  verdict: string,
): void {
  if (result.verdict !== verdict) throw new Error(`${name}: ${result.verdict} and not ${verdict}: ${result.reason}`);
}
