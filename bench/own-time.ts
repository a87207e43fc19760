import type { JournalEntry } from '../simulator/model';

/** Moments of one upgrade as the simulated Rancher noted them, in milliseconds of the clock; null: it did not come to that. */
export interface Moments {
  readonly posted: number | null;
  readonly upgraded: number | null;
  readonly finishPosted: number | null;
  readonly active: number | null;
}

/** @param journal of one service, since the upgrade was asked for */
export function momentsOf(journal: readonly JournalEntry[]): Moments {
  const first = (matches: (entry: JournalEntry) => boolean): number | null => {
    const entry = journal.find(matches);
    return entry === undefined ? null : Date.parse(entry.at);
  };
  const finishPosted = first(({ action }) => action === 'finishupgrade');
  return {
    posted: first(({ action }) => action === 'upgrade'),
    upgraded: first(({ to }) => to === 'upgraded'),
    finishPosted,
    active: first(({ to, at }) => to === 'active' && finishPosted !== null && Date.parse(at) >= finishPosted),
  };
}

/** Seconds of a client's run; what Rancher needed, and what was lost besides. They add up: wall = own + lost. */
export interface Times {
  readonly wall: number;
  /** Rancher's own, from the accepted POST to `upgraded`. */
  readonly upgrading: number;
  /** Rancher's own, from the accepted finish to `active`; 0 where nobody finished. */
  readonly finishing: number;
  readonly lost: number;
  /** From the start of the process to the accepted POST. */
  readonly toPost: number;
  /** From `upgraded` to the accepted finish; to the exit where nobody finished. */
  readonly noticing: number;
  /** From `active` to the exit of the process; 0 where nobody finished. */
  readonly toExit: number;
}

/** @returns null where it did not come to `upgraded`, or to `active` after a finish */
export function timesOf(
  { posted, upgraded, finishPosted, active }: Moments,
  started: number,
  ended: number,
): Times | null {
  if (posted === null || upgraded === null) return null;
  if (finishPosted !== null && active === null) return null;
  const seconds = (from: number, to: number): number => (to - from) / 1000;
  const finishing = finishPosted === null || active === null ? 0 : seconds(finishPosted, active);
  const upgrading = seconds(posted, upgraded);
  const wall = seconds(started, ended);
  return {
    ...{ wall, upgrading, finishing, lost: wall - upgrading - finishing },
    toPost: seconds(started, posted),
    noticing: seconds(upgraded, finishPosted ?? ended),
    toExit: active === null ? 0 : seconds(active, ended),
  };
}
