import type { ReleaseRequest } from '../../../decision/release';
import type { UpgradeInput } from '../upgrade-input';

/** What a caller asks for one service of a release. */
export interface ReleaseServiceInput extends Omit<UpgradeInput, 'hold' | 'requestId' | 'author'> {
  /** Keys (`environment/stack/service`) of the services of this release that go before it. */
  readonly dependsOn: readonly string[];
  /** The wave that a person chose, from 1 on. Default: the first one after all that it depends on. */
  readonly wave?: number;
}

/** What a caller asks for several services as one transaction; all defaults are filled in. */
export interface ReleaseInput extends Pick<
  ReleaseRequest,
  'name' | 'onFailure' | 'parallelism' | 'whenBusy' | 'confirm' | 'confirmWithinMillis' | 'gates'
> {
  /** In the order of the file or of the arguments; at least one. */
  readonly services: readonly ReleaseServiceInput[];
}
