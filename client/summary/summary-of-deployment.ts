import { timeLine } from '../render/final-lines';
import type { FollowedDeployment, FollowEvent } from '../follow/follow-event';
import type { Outcome } from '../outcome';
import type { Renderer } from '../render/renderer';
import { triedText } from '../../decision/tried';
import type { ImageChange } from '../../workflows/contract';
import type { JobSummary, SummaryEnd, SummaryMaker } from './job-summary';
import { LogKeeper } from './log-keeper';

/** Makes the summary of a deployment from what is told while it is followed. */
export class SummaryOfDeployment implements SummaryMaker, Renderer {
  readonly #kept: LogKeeper;
  #deployment: FollowedDeployment | null = null;
  #outcome: Outcome | null = null;
  #images: readonly ImageChange[] = [];
  #rancherUrl: string | null = null;

  constructor(
    private readonly title: string,
    now: number,
  ) {
    this.#kept = new LogKeeper(now);
  }

  failed(end: SummaryEnd): void {
    this.#kept.failed(end);
  }

  render(event: FollowEvent): void {
    switch (event.type) {
      case 'deployment':
        this.#deployment = event.deployment;
        return;
      case 'event': {
        const { at, level, phase, text } = event.event;
        this.#kept.add({ at, level, text: `${phase}: ${text}` });
        return;
      }
      case 'notice':
        this.#kept.add(event.notice);
        return;
      case 'reset':
        if (this.#deployment !== null) this.#deployment = { ...this.#deployment, ...event.run };
        return;
      case 'progress': {
        const { images, rancherUrl } = event.progress;
        if (images.length > 0) this.#images = images;
        this.#rancherUrl = rancherUrl ?? this.#rancherUrl;
        return;
      }
      case 'result':
        this.#outcome = event.outcome;
        this.#kept.failed(event.outcome);
        return;
      default:
        event satisfies never;
    }
  }

  summary(now: number): JobSummary {
    const deployment = this.#deployment;
    const result = this.#outcome?.result ?? null;
    const images = result?.images ?? this.#images;
    const tried = this.#outcome?.person?.tried ?? result?.tried ?? [];
    return {
      what: 'deployment',
      title: deployment === null ? this.title : `${deployment.environment} ${deployment.stack}/${deployment.service}`,
      ...this.#kept.end,
      startedAt: result?.startedAt ?? deployment?.startedAt ?? this.#kept.startedAt,
      endedAt: result?.endedAt ?? now,
      facts: [
        ...images.map(({ config, from, to }) => [
          config === 'primary' ? 'Image' : `Image of ${config}`,
          from === null || from === to ? to : `${from} → ${to}`,
        ]),
        ...(deployment === null
          ? []
          : [
              ['Asked by', deployment.requestedBy],
              ['Request', deployment.requestId],
              ['Deployment', deployment.deploymentId],
            ]),
        ...tried.map((one) => ['Tried', triedText(one)]),
        ['Time', result === null ? null : timeLine(result.timeline)],
        ['In Rancher', result?.rancherUrl ?? this.#rancherUrl],
        ['In Temporal', deployment?.link ?? null],
      ].filter((fact): fact is [string, string] => typeof fact[1] === 'string' && fact[1] !== ''),
      parts: [],
      log: this.#kept.lines,
    };
  }
}
