import type { JournalEntry } from '../../simulator/model';
import type { Spread } from './percentile';
import { spreadOf } from './percentile';
import type { RunRecord } from './run-records';

/** Where one deployment's time went that was not Rancher's own; milliseconds. */
export interface TimeLost {
  /** From the first event of its history to the accepted POST. */
  readonly untilPosted: number;
  /** From `upgraded` to the accepted finish. */
  readonly untilFinish: number;
  /** From `active` to the verdict in the history. */
  readonly untilVerdict: number;
  /** All three. */
  readonly inAll: number;
}

/** When Rancher accepted the upgrade, and when it had done its part of the work; milliseconds since the epoch. */
interface RancherTimes {
  readonly posted: number;
  readonly upgraded: number;
  readonly finish: number;
  readonly active: number;
}

/** By service: the time lost, and what Rancher itself took. Deployments that are not whole in the journal are left out. */
export function timesLost(
  runs: readonly RunRecord[],
  journal: readonly JournalEntry[],
): { readonly run: RunRecord; readonly rancher: RancherTimes; readonly lost: TimeLost }[] {
  const byService = new Map<string, JournalEntry[]>();
  for (const entry of journal) {
    const entries = byService.get(entry.name);
    if (entries === undefined) byService.set(entry.name, [entry]);
    else entries.push(entry);
  }
  return runs.flatMap((run) => {
    const rancher = rancherTimes(byService.get(run.service) ?? []);
    if (rancher === null || Number.isNaN(run.endedAt)) return [];
    const untilPosted = rancher.posted - run.startedAt;
    const untilFinish = rancher.finish - rancher.upgraded;
    const untilVerdict = run.endedAt - rancher.active;
    return [
      {
        run,
        rancher,
        lost: { untilPosted, untilFinish, untilVerdict, inAll: untilPosted + untilFinish + untilVerdict },
      },
    ];
  });
}

function rancherTimes(entries: readonly JournalEntry[]): RancherTimes | null {
  const action = (name: string): number => at(entries.find((one) => one.kind === 'action' && one.action === name));
  const state = (to: string): number => at(entries.findLast((one) => one.kind === 'state' && one.to === to));
  const times = {
    posted: action('upgrade'),
    upgraded: state('upgraded'),
    finish: action('finishupgrade'),
    active: state('active'),
  };
  return Object.values(times).some(Number.isNaN) ? null : times;
}

function at(entry: JournalEntry | undefined): number {
  return entry === undefined ? NaN : Date.parse(entry.at);
}

/** How each part is spread over the deployments, milliseconds. */
export function spreadsOf(lost: readonly TimeLost[]): Record<keyof TimeLost, Spread> {
  const of = (part: keyof TimeLost): Spread => spreadOf(lost.map((one) => one[part]));
  return {
    untilPosted: of('untilPosted'),
    untilFinish: of('untilFinish'),
    untilVerdict: of('untilVerdict'),
    inAll: of('inAll'),
  };
}

/** How many of these times overlap at most. */
export function mostAtOnce(spans: readonly { readonly from: number; readonly to: number }[]): number {
  const steps = spans.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to, by: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { by } of steps.sort((one, other) => one.at - other.at || one.by - other.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
