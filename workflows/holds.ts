import {
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  upsertMemo,
} from '@temporalio/workflow';
import { plain } from './details';
import { authorOf } from './interventions';
import { isVersioned } from './is-versioned';
import { holdSignal, letGoUpdate } from './messages';
import type { Hold } from './pipeline-contract';

/** Longest list of holds: older ones give way, for what was rolled back so long ago is not promoted any more. */
const MOST_HOLDS = 50;

/**
 * Keeps what must not be promoted into an environment, until a person lets it go. A workflow of its own, so that it outlives the pipeline
 * that was rolled back; what it keeps is in its memo, and no worker has to answer for it.
 */
export async function holds(where: { readonly environment: string; readonly stack: string }): Promise<void> {
  let kept: readonly Hold[] = [];
  let hasBegun = false;
  const keep = (next: readonly Hold[]): void => {
    kept = next;
    hasBegun = true;
    upsertMemo({ holds: kept });
    setCurrentDetails(
      [
        `Held back from ${where.stack} in ${where.environment}:`,
        '',
        ...kept.map((one) => `- ${plain(one.images.join(', '))}: ${plain(one.why)}`),
      ].join('\n'),
    );
  };
  setHandler(holdSignal, (hold) => keep([...kept.filter(({ id }) => id !== hold.id), hold].slice(-MOST_HOLDS)), {
    description: 'From a pipeline: what was rolled back',
  });
  setHandler(
    letGoUpdate,
    (id, intervention) => {
      const found = kept.find((one) => one.id === id);
      if (found === undefined) return { wasHeld: false, by: authorOf(intervention).by };
      keep(kept.filter((one) => one.id !== id));
      return { wasHeld: true, by: authorOf(intervention).by };
    },
    { description: 'Let it be promoted again' },
  );
  await condition(() => hasBegun && kept.length === 0 && allHandlersFinished());
}

// It is there for as long as something is held back, and nobody may ever let it go: it goes on with the code of the current build, so changes to it have to
// replay what ran before (`docs/decisions/0010-workers-have-versions.md`). All other workflows stay on the build that they began on.
if (isVersioned) setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, holds);
