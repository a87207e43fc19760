import { DECISIONS } from './decisions';
import type { Setting } from './setting';
import type { StartName } from './starts';
import { START_NAMES } from './starts';

/** How much may happen besides: see the options of `npm run explore`. */
export interface Bounds {
  readonly foreign: number;
  readonly people: number;
}

/** The default policy, a service that is found in this state, and everything good. */
export function plain(start: StartName, { foreign: most, people }: Bounds): Setting {
  // A reset takes the history away; what was rolled back before is known from Rancher's `upgrade` field alone, which the next upgrade of
  // anybody overwrites. That nobody can know.
  const foreign = start === 'reset-when-rolled-back' ? 0 : most;
  return {
    start,
    onPending: 'rollback',
    redeploy: false,
    label: true,
    hold: false,
    sidekickAsked: false,
    images: 'good',
    foreign,
    people,
    moves: Math.max(foreign, people),
    decisions: DECISIONS,
    blindTimer: false,
    lateBeyond: false,
  };
}

/** What differs from the default, where it makes a difference, and whether the full bounds are explored there. */
const VARIANTS: readonly {
  readonly starts: readonly StartName[];
  readonly change: Partial<Setting>;
  readonly full: boolean;
}[] = [
  { starts: ['active', 'upgraded-to-another'], change: { label: false }, full: true },
  { starts: ['active'], change: { hold: true }, full: true },
  { starts: ['active'], change: { images: 'crashes' }, full: true },
  { starts: ['active', 'upgraded-to-another'], change: { sidekickAsked: true }, full: false },
  {
    starts: [
      'active-with-what-was-asked',
      'upgrading-to-what-was-asked',
      'upgraded-to-what-was-asked',
      'reset-when-finished',
    ],
    change: { redeploy: true },
    full: false,
  },
  { starts: ['upgraded-to-what-was-asked', 'inactive'], change: { hold: true }, full: false },
  { starts: ['active', 'inactive', 'upgrading-to-what-was-asked'], change: { images: 'never-starts' }, full: false },
  { starts: ['active', 'inactive', 'upgraded-to-another'], change: { images: 'rollback-hangs' }, full: false },
];

/**
 * Everything that a run explores.
 *
 * @param bounds of the default policy, and of the variants that are worth it; the others get one move
 */
export function settingsOf(bounds: Bounds, starts: readonly StartName[] = START_NAMES): Setting[] {
  const less: Bounds = { foreign: Math.min(1, bounds.foreign), people: Math.min(1, bounds.people) };
  const policies = (['finish', 'wait', 'abort'] as const).flatMap((onPending) =>
    starts.map((start): Setting => ({ ...plain(start, less), onPending })),
  );
  const variants = VARIANTS.flatMap(({ starts: of, change, full }) =>
    of
      .filter((start) => starts.includes(start))
      .map((start): Setting => ({ ...plain(start, full ? bounds : less), ...change })),
  );
  return [...starts.map((start) => plain(start, bounds)), ...policies, ...variants];
}
