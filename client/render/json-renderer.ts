import { exitCodeOf } from '../../decision/verdict';
import type { FollowedDeployment, FollowEvent } from '../follow/follow-event';
import type { Outcome } from '../outcome';
import { jsonLine } from './clean';
import type { Renderer, Write } from './renderer';

/** JSON lines: `deployment`, `event`, `notice`, `phase`, and one `result` at the end. Times are ISO 8601 with milliseconds. */
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
      case 'progress': {
        const { phase, phaseSince, round, images, state, message, instances, expected, rancherUrl, next, attention } =
          event.progress;
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
          ...{ next, attention, ...this.where() },
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
  const { verdict, reason, nextStep, result } = outcome;
  const { startedAt, ...rest } = deployment ?? { startedAt: null };
  return {
    type: 'result',
    ...{ verdict, exitCode: exitCodeOf(verdict), reason, nextStep },
    ...rest,
    startedAt: startedAt === null ? null : iso(startedAt),
    endedAt: result === null ? null : iso(result.endedAt),
    images: result?.images ?? [],
    rounds: result?.rounds ?? null,
    state: result?.state ?? null,
    serviceId: result?.serviceId ?? null,
    rancherUrl: result?.rancherUrl ?? null,
    timeline: (result?.timeline ?? []).map(({ phase, from, to }) => ({ phase, from: iso(from), to: iso(to) })),
  };
}

function iso(millis: number): string {
  return new Date(millis).toISOString();
}
