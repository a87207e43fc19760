import type { Follower } from '../../activities/service-watch';
import type { RancherClient } from '../../rancher/rancher-client';
import type { Nudge } from '../../workflows/contract';
import type { PreparedEnvironment } from '../config/prepare-environment';
import type { Measure } from '../measure';
import { EnvironmentWatch } from './environment-watch';
import type { Woken } from './outbox';
import { streamLine } from './stream-line';
import { StreamNews } from './stream-news';

/** What all watches of a worker share. */
export interface SharedByWatches {
  readonly measure: Measure;
  /** Told in one line of a stream that is lost, or back. */
  readonly warn: (line: string) => void;
  readonly send: (follower: Follower, nudge: Nudge) => Promise<Woken>;
}

/** What watches one environment, and whom to tell when its Rancher goes or is back. */
export interface WatchedEnvironment {
  readonly watch: EnvironmentWatch;
  readonly news: StreamNews;
}

/** What watches one environment, told to people and measured. */
export function watchEnvironment(
  environment: Pick<PreparedEnvironment, 'alias' | 'webUrl' | 'configuration'>,
  client: () => RancherClient,
  { measure, warn, send }: SharedByWatches,
): WatchedEnvironment {
  const { alias } = environment;
  const news = new StreamNews((change) => {
    const line = streamLine(environment, change);
    if (line !== null) warn(line);
  });
  const watch = new EnvironmentWatch({
    client,
    send,
    requestsPerSecond: environment.configuration.requests.perSecond,
    onChange: (change) => {
      if (change.to === 'up' || change.to === 'back')
        measure.count('drover_rancher_stream_opened_total', { environment: alias });
      news.stream(change);
    },
    onUp: (isUp) => measure.stream(alias, isUp),
    onFrames: (kind, count) => measure.count('drover_rancher_stream_frames_total', { environment: alias, kind }, count),
    onNudge: ({ saw }, outcome) => measure.count('drover_nudges_total', { environment: alias, saw, outcome }),
  });
  return { watch, news };
}
