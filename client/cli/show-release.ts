import { exitCodeOf } from '../../decision/verdict';
import type { ReleaseGateProgress } from '../../decision/release-gate';
import type { ParticipantProgress, ReleaseProgress } from '../../workflows/release-contract';
import { formatDuration } from '../input/duration';
import type { CoordinatorSummary } from '../coordinator/coordinator-summary';
import type { CoordinatorOutcome, CoordinatorTold } from '../coordinator/follow-coordinator';
import type { ReleaseHandle } from '../drover-client';
import { clean, jsonLine } from '../render/clean';
import { tableText } from '../render/table';

const HOW = {
  started: 'started',
  attached: 'running already: attached to it',
  over: 'this request is over: this is how it ended (to release again, give another --request-id)',
} as const;

/** Shows a release as it goes: one line per change, or JSON lines. */
export class ReleaseRenderer {
  #shown = '';

  constructor(
    private readonly write: (text: string) => void,
    private readonly json: boolean,
    private readonly releaseId: string,
  ) {}

  begin({ summary, how }: ReleaseHandle): void {
    const { requestId, requestedBy, link } = summary;
    if (this.json)
      return this.#json({ type: 'release', how, requestId, requestedBy, link, startedAt: iso(summary.startedAt) });
    this.#line(Date.now(), 'info', 'release', `${HOW[how]} (request ${requestId}, by ${requestedBy})`);
    if (link !== null) this.#line(Date.now(), 'info', 'release', `in Temporal Web: ${link}`);
  }

  render(told: CoordinatorTold<ReleaseProgress>): void {
    switch (told.type) {
      case 'event': {
        const { at, level, phase, text } = told.event;
        if (this.json) this.#json({ type: 'event', at: iso(at), level, phase, text });
        // The end is told by the result.
        else if (phase !== 'done') this.#line(at, level, phase, text);
        return;
      }
      case 'notice':
        if (this.json) this.#json({ type: 'notice', at: iso(told.at), level: told.level, text: told.text });
        else this.#line(told.at, told.level, 'client', told.text);
        return;
      case 'progress': {
        if (!this.json) return;
        const states = told.progress.participants.map(({ key, state, verdict }) => `${key} ${state} ${verdict ?? ''}`);
        const shown = [told.progress.phase, ...states].join('\n');
        if (shown !== this.#shown) this.#json({ type: 'progress', ...flat(told.progress) });
        this.#shown = shown;
        return;
      }
      case 'result':
        return this.#result(told.outcome);
      default:
        told satisfies never;
    }
  }

  #result({ verdict, reason, nextStep, result }: CoordinatorOutcome<ReleaseProgress>): void {
    const exitCode = exitCodeOf(verdict);
    if (this.json) {
      const ended = result === null ? null : iso(result.endedAt);
      const participants = result?.participants.map(dated) ?? [];
      const gates = result?.gates ?? [];
      return this.#json({ type: 'result', verdict, exitCode, reason, nextStep, endedAt: ended, participants, gates });
    }
    const level = exitCode === 0 ? 'info' : verdict === 'detached' ? 'warning' : 'error';
    for (const part of result?.participants ?? [])
      this.#line(
        Date.now(),
        'info',
        'service',
        `${part.stack}/${part.service} in ${part.environment}: ${stateOf(part)}`,
      );
    for (const gate of result?.gates ?? []) this.#line(Date.now(), 'info', 'gate', gateText(gate));
    this.#line(Date.now(), level, 'verdict', `${verdict} (exit code ${String(exitCode)})`);
    this.#line(Date.now(), level, 'reason', reason);
    if (nextStep !== '') this.#line(Date.now(), level, 'next', nextStep);
  }

  #line(at: number, level: 'info' | 'warning' | 'error', topic: string, text: string): void {
    const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
    this.write(`${time} ${level.toUpperCase()} release ${this.releaseId} ${topic}: ${clean(text)}\n`);
  }

  #json(line: object): void {
    this.write(jsonLine({ ...line, releaseId: this.releaseId }));
  }
}

/** Where a release is now, for people or as one JSON line. */
export function releaseText(
  summary: CoordinatorSummary,
  progress: ReleaseProgress | null,
  json: boolean,
  now: number,
): string {
  if (json)
    return jsonLine({ type: 'release', ...summaryLine(summary), progress: progress === null ? null : flat(progress) });
  const row = (label: string, text: string): string => `  ${label.padEnd(10)} ${clean(text)}`;
  const how =
    summary.verdict ??
    (summary.isRunning
      ? `${progress?.phase ?? summary.phase}, for ${formatDuration(now - summary.startedAt)}`
      : summary.status);
  const isCutOff = !summary.isRunning && summary.verdict === null;
  return [
    `${clean(progress?.name ?? 'Release')} ${summary.id}: ${clean(how)}`,
    row('asked', `by ${summary.requestedBy}, request ${summary.requestId}`),
    ...(isCutOff ? [row('', 'somebody ended its workflow in Temporal: what follows is how it stood then')] : []),
    ...(progress?.attention == null || isCutOff ? [] : [row('waits', progress.attention)]),
    ...(progress?.decision == null ? [] : [row('decided', progress.decision)]),
    ...(progress?.participants ?? []).map((part) =>
      row(
        `wave ${String(part.wave)}`,
        `${part.stack}/${part.service} in ${part.environment} → ${part.images}: ${stateOf(part)}`,
      ),
    ),
    ...(progress?.gates ?? []).map((gate) => row('gate', gateText(gate))),
    ...(progress?.result == null ? [] : [row('reason', progress.result.reason)]),
    ...(progress === null
      ? [row('', 'no worker answers: this is what Temporal itself knows')]
      : [row('next', isCutOff ? cutOffNext(summary.id) : progress.result?.nextStep || progress.next)]),
    ...(summary.link === null ? [] : [row('temporal', summary.link)]),
    '',
  ].join('\n');
}

/** Its deployments outlive it, and agree. */
const cutOffNext = (releaseId: string): string =>
  `its services find out what was decided, or take themselves back, all alike: drover list --release ${releaseId}`;

/** Releases, the running ones first. */
export function releasesText(found: readonly CoordinatorSummary[], json: boolean, columns: number | undefined): string {
  if (json)
    return [
      ...found.map((one) => jsonLine({ type: 'release', ...summaryLine(one) })),
      jsonLine({ type: 'releases', count: found.length, exitCode: 0 }),
    ].join('');
  if (found.length === 0) return 'There are no releases.\n';
  const rows = found.map((one) => [
    one.id,
    one.verdict ?? (one.isRunning ? one.phase : one.status),
    `${one.environments} ${one.stacks}`,
    one.requestedBy,
    iso(one.startedAt).replace(/\.\d+Z$/, 'Z'),
  ]);
  return tableText(['RELEASE', 'STATE', 'WHERE', 'BY', 'STARTED'], rows, columns);
}

function gateText({ name, environment, asks, state, why }: ReleaseGateProgress): string {
  return `${name} (${asks}, by ${environment}): ${state === 'left-out' ? 'left out' : state}${why === null ? '' : ` (${why})`}`;
}

function stateOf({ state, verdict, reason }: ParticipantProgress): string {
  const how = verdict === null ? state : state === 'left-alone' ? `${verdict}, left alone` : verdict;
  return reason === null || reason === '' ? how : `${how} (${reason})`;
}

function flat({
  events: _events,
  eventCount: _count,
  participants,
  phaseSince,
  startedAt,
  attentionUntil,
  result,
  ...rest
}: ReleaseProgress): object {
  return {
    ...rest,
    phaseSince: iso(phaseSince),
    startedAt: iso(startedAt),
    attentionUntil: attentionUntil === null ? null : iso(attentionUntil),
    participants: participants.map(dated),
    verdict: result?.verdict ?? null,
  };
}

function dated({ since, ...rest }: ParticipantProgress): object {
  return { ...rest, since: iso(since) };
}

function summaryLine({ id, startedAt, endedAt, requestDigest: _digest, ...rest }: CoordinatorSummary): object {
  return { releaseId: id, ...rest, startedAt: iso(startedAt), endedAt: endedAt === null ? null : iso(endedAt) };
}

function iso(millis: number): string {
  return new Date(millis).toISOString();
}
