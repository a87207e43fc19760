import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Ticket } from '../decision/lane';
import type { Acknowledgement, Intervention, Nudge, Progress } from './contract';
import type { LaneAnswer, LaneView, LeftLane, Supersession } from './lane-contract';
import { NUDGE, PROGRESS } from './contract';
import { ENTER_LANE, LANE_VIEW, LEAVE_LANE, SUPERSEDE } from './lane-contract';

import type { ApprovalAnswer, ApprovalMessage, Hold, PipelineProgress } from './pipeline-contract';
import { APPROVE, BREAK_GLASS, HOLD, LET_GO, PIPELINE_PROGRESS } from './pipeline-contract';
import type { ParticipantReport, ReleaseOrder, ReleaseProgress } from './release-contract';
import { DECIDE, RELEASE_PROGRESS, REPORT } from './release-contract';

export const progressQuery = defineQuery<Progress>(PROGRESS);

export const cancelSignal = defineSignal<[Intervention?]>('cancel');
export const retrySignal = defineSignal<[Intervention?]>('retry');
export const confirmSignal = defineSignal<[Intervention?]>('confirm');
export const rollbackSignal = defineSignal<[Intervention?]>('rollback');

/** From a worker of the environment: the service may have changed. */
export const nudgeSignal = defineSignal<[Nudge?]>(NUDGE);

export const cancelUpdate = defineUpdate<Acknowledgement, [Intervention?]>('cancel');
export const retryUpdate = defineUpdate<Acknowledgement, [Intervention?]>('retry');
export const confirmUpdate = defineUpdate<Acknowledgement, [Intervention?]>('confirm');
export const rollbackUpdate = defineUpdate<Acknowledgement, [Intervention?]>('rollback');

/** A newer deployment takes its place: told by the lane, not by people. */
export const supersedeSignal = defineSignal<[Supersession?]>(SUPERSEDE);

export const laneQuery = defineQuery<LaneView>(LANE_VIEW);
export const enterSignal = defineSignal<[Ticket]>(ENTER_LANE);
/** A request that is to wait no longer, of a release's: nobody waits for an answer. */
export const leaveSignal = defineSignal<[requestId: string, Intervention?]>(LEAVE_LANE);
export const enterUpdate = defineUpdate<LaneAnswer, [Ticket]>(ENTER_LANE);
export const leaveUpdate = defineUpdate<LeftLane, [requestId: string, Intervention?]>(LEAVE_LANE);

export const releaseQuery = defineQuery<ReleaseProgress>(RELEASE_PROGRESS);
export const reportSignal = defineSignal<[ParticipantReport]>(REPORT);
export const decideSignal = defineSignal<[ReleaseOrder]>(DECIDE);

export const pipelineQuery = defineQuery<PipelineProgress>(PIPELINE_PROGRESS);
export const approveSignal = defineSignal<[ApprovalMessage?]>(APPROVE);
export const approveUpdate = defineUpdate<ApprovalAnswer, [ApprovalMessage?]>(APPROVE);
export const breakGlassSignal = defineSignal<[Intervention?]>(BREAK_GLASS);
export const breakGlassUpdate = defineUpdate<Acknowledgement, [Intervention?]>(BREAK_GLASS);
export const holdSignal = defineSignal<[Hold]>(HOLD);
export const letGoUpdate = defineUpdate<{ wasHeld: boolean; by: string }, [id: string, Intervention?]>(LET_GO);
