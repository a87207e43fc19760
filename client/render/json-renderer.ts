import type { Tried } from '../../decision/tried';
import { exitCodeOf } from '../../decision/verdict';
import type { PersonNeeded } from '../../workflows/contract';
import type { FollowedDeployment, FollowEvent } from '../follow/follow-event';
import type { Outcome } from '../outcome';
import { jsonLine } from './clean';
import type { Renderer, Write } from './renderer';

/** JSON lines: `deployment`, `event`, `notice`, `phase`, `reset` (followed on as another run), and one `result` at the end. Times are ISO 8601 with milliseconds. */
export class JsonRenderer implements Renderer {
  private deployment: FollowedDeployment | null = null;
  private phase = '';

  constructor(private readonly write: Write) {}

  render(event: FollowEvent): void {
    switch (event.type) {
      case 'deployment': {
        this.deployment = event.deployment;
        const { startedAt, ...rest } = event.deployment;
        this.line({ type: 'deployment', ...rest, startedAt: iso(startedAt) });
        return;
      }
      case 'event': {
        const { at, ...rest } = event.event;
        this.line({ type: 'event', at: iso(at), ...rest, ...this.where() });
        return;
      }
      case 'notice': {
        const { at, ...rest } = event.notice;
        this.line({ type: 'notice', at: iso(at), ...rest, ...this.where() });
        return;
      }
      case 'reset': {
        const { at, run } = event;
        if (this.deployment !== null) this.deployment = { ...this.deployment, ...run };
        this.line({ type: 'reset', at: iso(at), ...run, ...this.where() });
        return;
      }
      case 'progress': {
        const { phase, phaseSince, round, images, state, message, instances, expected, rancherUrl, next, attention } =
          event.progress;
        const person = event.progress.person === null ? null : personLine(event.progress.person);
        if (phase === this.phase) return;
        this.phase = phase;
        this.line({
          ...{
            type: 'phase',
            at: iso(phaseSince),
            phase,
            round,
            images,
            state,
            message,
            instances,
            expected,
            rancherUrl,
          },
          ...{ next, attention, person, ...this.where() },
        });
        return;
      }
      case 'result':
        this.line(resultLine(event.outcome, this.deployment));
        return;
      default:
        event satisfies never;
    }
  }

  private where(): object {
    if (this.deployment === null) return {};
    const { environment, stack, service, deploymentId } = this.deployment;
    return { environment, stack, service, deploymentId };
  }

  private line(value: object): void {
    this.write(jsonLine(value));
  }
}

/** The last line: the verdict, and everything that is known with it. */
export function resultLine(outcome: Outcome, deployment: FollowedDeployment | null): object {
  const { verdict, reason, nextStep, result, person } = outcome;
  const { startedAt: found, ...rest } = deployment ?? { startedAt: null };
  // By the same clock as its end: the client that started it knows only its own.
  const startedAt = result?.startedAt ?? found;
  return {
    type: 'result',
    ...{ verdict, exitCode: exitCodeOf(verdict), reason, nextStep },
    ...rest,
    startedAt: startedAt === null ? null : iso(startedAt),
    endedAt: result === null ? null : iso(result.endedAt),
    images: result?.images ?? [],
    rounds: result?.rounds ?? null,
    state: result?.state ?? outcome.state ?? null,
    serviceId: result?.serviceId ?? null,
    rancherUrl: result?.rancherUrl ?? person?.rancherUrl ?? null,
    tried: (person?.tried ?? result?.tried ?? []).map(triedLine),
    person: person === undefined ? null : personLine(person),
    timeline: (result?.timeline ?? []).map(({ phase, from, to }) => ({ phase, from: iso(from), to: iso(to) })),
  };
}

/** Why a person is needed, with times as in all lines. */
export function personLine({ since, until, tried, ...rest }: PersonNeeded): object {
  return { ...rest, since: iso(since), until: iso(until), tried: tried.map(triedLine) };
}

/** What was tried, with times as in all lines. */
export function triedLine({ firstAt, lastAt, ...rest }: Tried): object {
  return { ...rest, firstAt: iso(firstAt), lastAt: iso(lastAt) };
}

function iso(millis: number): string {
  return new Date(millis).toISOString();
}
