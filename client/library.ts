/**
 * Drover as a library: what a program imports that asks for deployments itself. It talks to Temporal only; a worker that serves the
 * environment has to run.
 *
 * ```ts
 * import { DroverClient } from 'drover';
 *
 * const drover = await DroverClient.connect();
 * const deployment = await drover.upgrade({ environment: 'prod', stack: 'storefront', service: 'web', image: 'example/web:2.4.1' });
 * const outcome = await deployment.result();
 * await drover.close();
 * ```
 */
export { DroverClient } from './drover-client';
export type { ConnectOptions, ReleaseHandle, StartOptions } from './drover-client';
export type { DeploymentHandle } from './deployment-handle';
export type { DeploymentSummary } from './deployment-summary';
export type { AuditEvent, AuditOptions, AuditSummary } from './audit';
export type { CoordinatorHandle } from './coordinator/coordinator-handle';
export type { CoordinatorSummary } from './coordinator/coordinator-summary';
export type { FollowEvent } from './follow/follow-event';
export type { ListFilters } from './temporal/list-query';
export type { NeedsAttention } from './attention';
export type { Outcome } from './outcome';
export type { PipelineHandle, Promotions } from './pipeline/promotions';
export type { Target, UpgradeInput } from './input/upgrade-input';
export type { WaitOptions } from './temporal/await-turn';

export { AuditGapError } from './errors/audit-gap-error';
export { DroverError } from './errors/drover-error';
export { InvalidInputError } from './errors/invalid-input-error';
export type { Problem } from './errors/invalid-input-error';
export { RefusedError } from './errors/refused-error';
export { StillWaitingError } from './errors/still-waiting-error';
export { UnreachableError } from './errors/unreachable-error';

export { exitCodeOf, VERDICTS } from '../decision/verdict';
export type { RecordedVerdict, Verdict } from '../decision/verdict';
