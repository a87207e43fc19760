import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { namespaceOfItsOwn, serverOfItsOwn } from '../../support/stack-temporal';
import type { FreezePlace } from './freeze-place';
import type { FrozenOutcome, Waking } from './frozen-scene';
import { frozenScene, NotFrozenError } from './frozen-scene';

/** What is played, and whether anything of the frozen attempt may still reach Rancher. */
const SCENES: readonly {
  readonly place: FreezePlace;
  readonly wakings: readonly Waking[];
  readonly maySend: boolean;
}[] = [
  { place: 'within-workflow-code', wakings: ['before-anybody-else'], maySend: false },
  {
    place: 'before-the-lease-check',
    wakings: ['before-anybody-else', 'after-the-next-one-posted'],
    maySend: false,
  },
  {
    place: 'after-the-lease-check',
    wakings: ['before-anybody-else', 'after-the-next-one-posted', 'after-the-end'],
    maySend: false,
  },
  {
    place: 'as-the-connection-stands',
    wakings: ['as-the-next-one-posts', 'after-the-next-one-posted', 'after-the-end'],
    maySend: false,
  },
  {
    place: 'as-the-bytes-are-written',
    wakings: ['before-anybody-else', 'as-the-next-one-posts', 'after-the-next-one-posted', 'after-the-end'],
    maySend: true,
  },
];

/** How often a scene is played whose worker could not be frozen where it should be. */
const ATTEMPTS = 3;

/** A scene that was played, and what is wrong with how it ended. */
export interface PlayedScene {
  readonly place: FreezePlace;
  readonly waking: Waking;
  /** Null where the scene broke off. */
  readonly outcome: FrozenOutcome | null;
  readonly wrong: readonly string[];
}

/** Plays all of them, so many at once, on one Temporal server of their own. */
export async function playFrozenScenes(
  within: string,
  atOnce: number,
  onPlayed: (played: PlayedScene) => void,
): Promise<PlayedScene[]> {
  const folder = join(within, 'frozen');
  mkdirSync(folder, { recursive: true });
  const server = await serverOfItsOwn(folder);
  try {
    const waiting = SCENES.flatMap(({ place, wakings, maySend }) =>
      wakings.map((waking) => ({ place, waking, maySend })),
    );
    const played: PlayedScene[] = [];
    const playOn = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { place, waking, maySend } = next;
        const done = await play(place, waking, maySend, server.address, folder);
        played.push(done);
        onPlayed(done);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, playOn));
    return played;
  } finally {
    await server.close();
  }
}

async function play(
  place: FreezePlace,
  waking: Waking,
  maySend: boolean,
  address: string,
  folder: string,
): Promise<PlayedScene> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const outcome = await frozenScene(place, waking, await namespaceOfItsOwn(address), folder);
      return { place, waking, outcome, wrong: wrongWith(outcome, maySend) };
    } catch (error) {
      if (error instanceof NotFrozenError && attempt < ATTEMPTS) continue;
      return { place, waking, outcome: null, wrong: [error instanceof Error ? error.message : String(error)] };
    }
  }
}

/** What must hold; what a late write of bytes leads to is reported and not judged, since Rancher has nothing to fence it off with. */
function wrongWith(outcome: FrozenOutcome, maySend: boolean): string[] {
  const { waking, late, accepted, verdict, exitCode, state, lived } = outcome;
  const wrong: string[] = [];
  if (!lived) wrong.push('the woken worker ended by itself');
  if (!maySend && late.length > 0) wrong.push(`the woken worker sent ${late.length} POSTs (${late.join(', ')})`);
  const isOpen = maySend && (waking === 'as-the-next-one-posts' || waking === 'after-the-end');
  if (maySend && late.length !== 1)
    wrong.push(`${late.length} late POSTs where one was to be seen: the hook did not hold`);
  if (!isOpen && accepted !== 1) wrong.push(`${accepted} upgrades were accepted`);
  if (!isOpen && (verdict !== 'succeeded' || exitCode !== 0)) wrong.push(`it ended ${verdict} (${String(exitCode)})`);
  if (!isOpen && state !== 'active') wrong.push(`the service is ${state}`);
  // Two at once: whichever Rancher takes, the deployment ends by itself, with a verdict that holds.
  if (
    isOpen &&
    waking === 'as-the-next-one-posts' &&
    (state !== 'active' || !['succeeded', 'rolled-back'].includes(verdict))
  )
    wrong.push(`it ended ${verdict}, and the service is ${state}`);
  return wrong;
}
